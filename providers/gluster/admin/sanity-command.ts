import type { Command } from './command.ts';

/** `gnt-gluster sanity`; its code is loaded when it is meant. */
export const sanityCommand: Command = {
  name: 'sanity',
  summary: 'does a provider do what the ExtStorage interface asks for; any provider, by its directory',
  operands: ['[DIR]'],
  options: {
    size: 'size of the disks in MiB, a multiple of what the storage can make (default: 8)',
    caller: 'who calls the verbs: direct, ganeti or both (default: both where Ganeti 3 is installed)',
    'time-limit': 'seconds that one rule may take (default: 120)',
  },
  lists: {
    parameter: 'NAME=VALUE, a parameter of every disk; may be given several times',
    only: 'only this group or rule, as --list shows them; may be given several times',
  },
  flags: {
    list: 'only show the rules',
    strict: 'what is against advice does not conform either',
    hostile: 'also names like ../x, which a provider that does not check them could take for other disks',
  },
  details: [
    'It calls the verbs as Ganeti does, and makes and removes disks on the real storage: at most 10 at a time,',
    'of at most five times --size, each with a random UUID for its name. It touches no other disk.',
    'What it made is removed after every rule, also after SIGINT and SIGTERM; what cannot be removed is named.',
    'Exit status 1: the provider does not conform.',
  ],
  local: true,
  run: async (input) => (await import('./sanity.ts')).sanity(input),
};
