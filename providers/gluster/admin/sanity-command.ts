import type { Command } from './command.ts';

/** `gnt-gluster sanity`; its code is loaded when it is meant. */
export const sanityCommand: Command = {
  name: 'sanity',
  summary: 'check whether a provider, given by its directory, does what the ExtStorage interface asks for',
  operands: ['[DIR]'],
  options: {
    size: 'make disks of this size in MiB, a multiple of what the storage can make (default: 8)',
    caller: 'call the verbs this way: direct, ganeti or both (default: both where Ganeti 3 is installed)',
    'time-limit': 'give one rule so many seconds (default: 120)',
  },
  lists: {
    parameter: 'give every disk this parameter, NAME=VALUE; may be given several times',
    only: 'check only this group or rule, as --list shows them; may be given several times',
  },
  flags: {
    list: 'show the rules, and check nothing',
    strict: 'count what is against advice as not conforming, too',
    hostile: 'also try names like ../x, which a provider that does not check them could take for other disks',
  },
  details: [
    'It calls the verbs as Ganeti does, and makes and removes disks on the real storage.',
    'It touches no other disk.',
    'There are at most 10 disks at a time, of at most five times --size.',
    'Each has a random UUID for its name.',
    'It removes what it made after every rule, also after SIGINT and SIGTERM.',
    'It names what cannot be removed.',
    'It exits with 1 when the provider does not conform.',
  ],
  local: true,
  run: async (input) => (await import('./sanity.ts')).sanity(input),
};
