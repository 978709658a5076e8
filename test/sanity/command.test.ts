import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { processes } from '#src/tools/processes.ts';
import { attachedFiles } from '../lab/loops.ts';
import { poll } from '../lab/process.ts';
import { type Change, type Copy, copyReference } from './support/provider.ts';

const root = path.resolve(import.meta.dirname, '../..');
const copies: Copy[] = [];

afterEach(async () => {
  for (const copy of copies.splice(0)) await copy.remove();
});

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(changes: readonly Change[], ...args: readonly string[]) {
  const { provider, remove } = copyReference(changes);
  copies.push({ provider, remove });
  const store = provider.parameters.store ?? '';
  const program = ['providers/gluster/gnt-gluster.ts', 'sanity', provider.path, `--parameter=store=${store}`];
  const child = spawn(process.execPath, [...program, '--caller=direct', ...args], { cwd: root });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...said }));
  });
  return { child, ended, store };
}

const sharing: Change = ['=~ ^(True|False)$ ]]', '=~ ^True$ ]]'];
const uncopyable: Change = ['^[-A-Za-z0-9_+.]{0,128}$', '^.*$'];

test('a provider that conforms: exit status 0, a table and a last line that says so', async () => {
  const { code, stdout, stderr } = await start([], '--only=layout', '--only=setinfo,open/modes').ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Rule +Result +Seconds\nlayout\/required-verbs +kept +[0-9.]+\n/);
  expect(stdout).toMatch(/\nconforms: 8 kept, 0 deviate, 0 against advice, 0 skipped\n$/);
});

test('one that does not: exit status 1, the rule, its source and the reason', async () => {
  const { code, stdout } = await start([sharing], '--only=open').ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/\nopen\/modes: deviates: open exited with 3: "open: VOL_OPEN_EXCLUSIVE is neither/);
  expect(stdout).toMatch(/\n {2}the rule: .*\n {2}asked for by: ganeti-extstorage-interface\(7\), open/);
  expect(stdout).toMatch(/\nDOES NOT CONFORM: 2 kept, 1 deviate, /);
});

test('what is only against advice counts with --strict', async () => {
  const only = ['--only=hostile/texts', '--hostile', '--json'];
  const lax = await start([uncopyable], ...only).ended;
  const strict = await start([uncopyable], ...only, '--strict').ended;
  expect([lax.code, strict.code]).toEqual([0, 1]);
  expect(JSON.parse(lax.stdout)).toMatchObject({
    provider: 'reference',
    size: 8,
    ganeti: null,
    conforms: true,
    counts: { kept: 0, deviates: 0, advice: 1, skipped: 0, broken: 0 },
    findings: [{ rule: 'hostile/texts', level: 'advised', caller: 'direct', result: 'deviates', left: [] }],
  });
});

test('hostile values are only tried on request', async () => {
  const { code, stdout } = await start([], '--only=hostile').ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nhostile\/names: skipped: .*only with --hostile\n/);
});

test('a disk that cannot be removed is named', async () => {
  const { code, stdout } = await start([['do_remove() {', 'do_remove() {\n  fail "never" 6']], '--only=create/size')
    .ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/\n {2}LEFT BEHIND: [-0-9a-f]{36}\.ext\.disk0 /);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s: what was made is removed', async (signal) => {
  const { child, ended, store } = start([['do_grow() {', 'do_grow() {\n  sleep 3']], '--only=grow');
  const attached = (): readonly string[] => [...attachedFiles().values()].filter((file) => file.startsWith(store));
  await poll('a disk is attached', 60_000, () => (attached().length > 0 ? true : undefined));
  child.kill(signal);
  const { signal: died, stderr } = await ended;
  expect(died).toBe(signal);
  expect(stderr).toMatch(/^sanity: stopping; the disks that were made are removed\n/);
  expect(attached()).toEqual([]);
  expect(readdirSync(store)).toEqual(['.lock']);
});

test('a verb that hangs is killed with all it started', async () => {
  const seconds = `${1000 + (process.pid % 1000)}.25`;
  const hanging: Change = ['do_create() {', `do_create() {\n  sleep ${seconds}`];
  const { code, stdout } = await start([hanging], '--only=create/size', '--time-limit=2').ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/create\/size: deviates: create did not end within 2 s and was killed/);
  expect(processesWith(seconds)).toEqual([]);
});

test('--list shows every rule', async () => {
  const { code, stdout } = await start([], '--list', '--only', 'detach').ended;
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(' ', 1)[0])).toEqual([
    'Rule',
    'detach/gone',
    'detach/repeated',
    'detach/missing',
    '',
  ]);
});

function processesWith(argument: string): readonly string[] {
  return processes().flatMap(({ pid, argv }) => (argv.includes(argument) ? [pid] : []));
}
