import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { node, shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { done, run } from '../support/verbs.ts';
import { useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** How often a command looks through all processes, all block devices and all that nodes told of themselves. */
async function looks(command: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const trace = `/tmp/looks-${randomUUID()}`;
  ledger.later(() => shell('rm -f "$1"', trace));
  const strace = ['/usr/bin/strace', '-f', '-qq', '-e', 'trace=openat', '-o', trace];
  await node().exec([...strace, `${providerDirectory}/gnt-gluster`, ...command], { timeoutMs: 60_000 });
  const text = await shell(
    'grep -oE \'"(/proc|/sys/block|[^"]*/images/\\.nodes)", [^,]*O_DIRECTORY\' "$1" || true',
    trace,
  );
  const places = text.split('\n').map((line) => line.split('"')[1]?.split('/').at(-1));
  return Object.fromEntries(
    ['proc', 'block', '.nodes'].map((name) => [name, places.filter((one) => one === name).length]),
  );
}

test.each([[['image', 'list']], [['lease', 'list']]])(
  'gnt-gluster %j looks at this node and at the others once, however many images there are',
  async (command) => {
    const disks = ledger.disks(6);
    const make = async (some: typeof disks): Promise<void> => {
      for (const disk of some) {
        await done(run.create(disk, 8));
        await done(run.attach(disk));
        await done(run.open(disk));
      }
    };
    await make(disks.slice(0, 1));
    const one = await looks(command);
    expect(one['.nodes']).toBeGreaterThan(0);
    if (command[0] === 'image') expect(one.proc).toBe(1);
    await make(disks.slice(1));
    const several = await looks(command);
    expect({ ...several, block: 0 }).toEqual({ ...one, block: 0 });
  },
);
