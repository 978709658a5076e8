import { readdirSync, statSync } from 'node:fs';
import { type CallOptions, usualDaemon, type Variables } from '../caller.ts';
import type { Context } from '../context.ts';
import { done, must, same } from '../deviation.ts';
import { parseAttach } from '../outcome.ts';
import type { Group } from '../rule.ts';
import { advised, interfaceSays, required } from './sources.ts';

/** What a node daemon could have in its environment, and hands down. */
const surroundings: Readonly<Record<string, Variables>> = {
  'an init script': { PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin', PWD: '/', HOME: '/', SHLVL: '1', _: '/x' },
  'another language': { LANG: 'de_DE.UTF-8', LANGUAGE: 'de', LC_NUMERIC: 'de_DE.UTF-8', TZ: 'Asia/Kathmandu' },
  'a terminal': { TERM: 'xterm-256color', FORCE_COLOR: '1', CLICOLOR_FORCE: '1', COLUMNS: '10' },
  'a service of systemd': { NOTIFY_SOCKET: '/nowhere', LISTEN_FDS: '3', LISTEN_PID: '1', INVOCATION_ID: 'x' },
  'variables of other verbs': { VOL_METADATA: 'x', VOL_OPEN_EXCLUSIVE: 'True', VOL_NEW_SIZE: '1', VOLUME: 'x' },
};

/** What verbs find around them. */
export const environment: Group = {
  name: 'environment',
  rules: [
    required({
      name: 'nothing',
      sentence: 'every verb works without PATH, HOME or any variable that is not of the interface',
      source: interfaceSays('Common environment'),
      check: (context) => everyVerb(context, { daemon: {} }),
    }),
    required({
      name: 'anything',
      sentence: 'every verb does the same whatever else the node daemon has in its environment',
      source: 'Ganeti 3.0, lib/utils/process.py, _BuildCmdEnvironment',
      check: async (context) => {
        const disk = context.ledger.disk();
        await done(context.run.create(disk, context.size));
        const { stdout } = await done(context.run.attach(disk));
        for (const [what, added] of Object.entries(surroundings)) {
          const daemon = { ...usualDaemon, ...added };
          await everyVerb(context, { daemon });
          const again = await done(context.run.attach(disk, { daemon }));
          same(`what attach prints with ${what}`, again.stdout, stdout);
        }
      },
    }),
    required({
      name: 'umask',
      sentence: 'every verb works with umask 022 and 077',
      source: 'Ganeti 3.0, lib/utils/process.py, SetupDaemonEnv',
      check: async (context) => {
        for (const umask of [0o022, 0o077]) await everyVerb(context, { umask });
      },
    }),
    advised({
      name: 'directory',
      sentence: 'no verb writes into the directory of the provider, where it is run',
      source: interfaceSays('DESCRIPTION: the same directory on all nodes'),
      check: async (context) => {
        const before = listing(context.provider.path);
        await everyVerb(context, {});
        const after = listing(context.provider.path);
        const changed = after.filter((line) => !before.includes(line));
        must(changed.length === 0, `a verb changed ${changed.map((line) => line.split(' ', 1)[0]).join(', ')}`);
      },
    }),
    advised({
      name: 'no-uuid',
      sentence: 'an older Ganeti, which tells no UUID of the disk, is served too',
      source: 'VOL_UUID came later than the interface',
      check: async ({ call, ledger, size }) => {
        const { name: VOL_NAME } = ledger.disk();
        const [before, after] = [String(size), String(2 * size)];
        await done(call('create', { VOL_NAME, VOL_SIZE: before }));
        await done(call('attach', { VOL_NAME }));
        await done(call('grow', { VOL_NAME, VOL_SIZE: before, VOL_NEW_SIZE: after }));
        await done(call('detach', { VOL_NAME }));
        await done(call('remove', { VOL_NAME }));
      },
    }),
  ],
};

/** One life of a disk, in which every verb must work. */
async function everyVerb({ run, ledger, size, provider }: Context, options: CallOptions): Promise<void> {
  const disk = ledger.disk();
  await done(run.create(disk, size, options));
  const { stdout } = await done(run.attach(disk, options));
  must(parseAttach(stdout) !== undefined, 'attach printed neither a device nor an address');
  await done(run.open(disk, true, options));
  await done(run.setinfo(disk, 'originstname+inst1.example.com', options));
  await done(run.grow(disk, size, 2 * size, options));
  await done(run.close(disk, options));
  if (provider.verbs.includes('snapshot')) {
    const copy = ledger.copyOf(disk);
    await done(run.snapshot(disk, copy, 2 * size, options));
    await done(run.remove(copy, options));
  }
  await done(run.detach(disk, options));
  await done(run.remove(disk, options));
}

/** Every entry with what changes when it is written to. */
function listing(directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return ['.', ...entries].map((entry) => {
    const { size, mtimeMs, ino } = statSync(`${directory}/${entry}`, { throwIfNoEntry: false }) ?? {};
    return `${entry} ${size} ${mtimeMs} ${ino}`;
  });
}
