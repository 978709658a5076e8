import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { call, commandLine } from '../support/caller.ts';
import { node, shell } from '../support/lab.ts';
import type { Verb } from '../support/provider.ts';
import {
  attach,
  attachedNew,
  type Disk,
  done,
  identity,
  newDisk,
  run,
  snapshotOf,
  snapshotVariables,
} from '../support/verbs.ts';
import { asWorker } from './support/interruptions.ts';
import { everything, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const root = path.resolve(import.meta.dirname, '../../..');
const program = path.join(root, `build/out/work/ganeti-extstorage-gluster-${process.arch}/main.cjs`);

interface Done {
  readonly verb: Verb;
  readonly variables: Readonly<Record<string, string>>;
}

/** Every verb, with its work done already. */
const cases: Readonly<Record<string, (disk: Disk) => Promise<Done>>> = {
  'create of an image that is there': async (disk) => {
    await done(run.create(disk, 8));
    return { verb: 'create', variables: { ...identity(disk), VOL_SIZE: '8' } };
  },
  'grow of an attached image that is large enough': async (disk) => {
    await attachedNew(disk, 8);
    return { verb: 'grow', variables: { ...identity(disk), VOL_SIZE: '8', VOL_NEW_SIZE: '8' } };
  },
  'setinfo of the same text': async (disk) => {
    const variables = { ...identity(disk), VOL_METADATA: 'originstname+inst1' };
    await done(run.create(disk, 8));
    await done(call('setinfo', variables));
    return { verb: 'setinfo', variables };
  },
  'snapshot that is there': async (disk) => {
    await done(run.create(disk, 8));
    const copy = snapshotOf(disk);
    const variables = snapshotVariables(disk, copy, 8);
    ledger.later(() => done(run.remove(copy)));
    await done(call('snapshot', variables));
    return { verb: 'snapshot', variables };
  },
  'open of an open image': async (disk) => {
    const variables = { ...identity(disk), VOL_OPEN_EXCLUSIVE: 'True' };
    await attachedNew(disk, 8);
    await done(call('open', variables));
    return { verb: 'open', variables };
  },
  'close of an image that is not open': async (disk) => {
    await attachedNew(disk, 8);
    return { verb: 'close', variables: identity(disk) };
  },
  'remove of an image that is gone': async (disk) => {
    await attachedNew(disk, 8);
    return { verb: 'remove', variables: identity(newDisk()) };
  },
};

/** Ganeti calls these to have something done, so they take the lock before they look. */
const takeLockFirst: readonly Verb[] = ['create', 'grow', 'setinfo', 'remove'];

describe.each(Object.entries(cases))('%s', (_, prepare) => {
  test('starts the process that works for it, what finds a mount that hangs, and at most what locks', async () => {
    const { verb, variables } = await prepare(ledger.disk());
    const before = await everything();
    const programs = await executed(verb, variables);
    expect(programs.length).toBeGreaterThan(0);
    const locking = takeLockFirst.includes(verb) ? ['flock'] : [];
    expect(new Set(programs)).toEqual(new Set(['setpriv', 'ganeti-extstorage-gluster', 'stat', ...locking]));
    expect(programs.filter((program) => program === 'setpriv')).toHaveLength(1);
    expect(await everything()).toBe(before);
  });

  test('loads no library', async () => {
    const { verb, variables } = await prepare(ledger.disk());
    const [env = '', ...rest] = commandLine(verb, variables, { daemon: asWorker(verb) }).slice(0, -1);
    const asVerb = ['bash', '--norc', '-c', `exec -a ${verb} "$@"`, 'bash', process.execPath, '-e', harness, program];
    const { stderr } = await node().exec([env, ...rest, ...asVerb]);
    expect(stderr).toBe('');
  });
});

test.each([
  ['kernelspace', 0],
  ['userspace', 1],
])('attach of an open image with access=%s asks %i servers', async (access, asked) => {
  const disk = ledger.disk();
  const device = await attachedNew(disk, 8);
  await done(run.open(disk));
  const trace = traceFile();
  const wrapper = ['/usr/bin/strace', '-f', '-qq', '-e', 'trace=connect', '-o', trace];
  const attached = await attach(disk, { wrapper, parameters: { access } });
  expect(attached).toEqual({ device, addresses: [`kvm:gluster://node1.lab:24007/ganeti/images/${disk.name}/disk`] });
  const connected = (await shell('cat "$1"', trace)).split('\n').filter((line) => line.includes('htons(24007)'));
  expect(connected).toHaveLength(asked);
});

/** Runs the program without what loads its libraries. */
const harness = `
  const source = require('node:fs').readFileSync(process.argv[1], 'latin1');
  process.argv.splice(1, 1);
  const loadLibrary = (name) => { throw new Error(name + ' is loaded'); };
  new (require('node:vm').Script)(source).runInThisContext()(require, module, loadLibrary);`;

/** The names of the programs that a verb executes. */
async function executed(verb: Verb, variables: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const trace = traceFile();
  const wrapper = ['/usr/bin/strace', '-f', '-qq', '-e', 'trace=execve', '-e', 'status=successful', '-o', trace];
  await done(call(verb, variables, { wrapper }));
  const lines = (await shell('cat "$1"', trace)).split('\n').filter((line) => line.includes('execve('));
  // The first is the script that waits for the worker.
  return lines.slice(1).map((line) => path.basename(/execve\("([^"]+)"/.exec(line)?.[1] ?? line));
}

function traceFile(): string {
  const trace = `/tmp/trace-${randomUUID()}`;
  ledger.later(() => shell('rm -f "$1"', trace));
  return trace;
}
