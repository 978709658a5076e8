import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { labOfCheckout } from './checkout.ts';
import { down, open } from './lab.ts';
import { attachedFiles } from './loops.ts';
import { poll } from './process.ts';
import { processOf } from './processes.ts';
import { type Fingerprint, fingerprint, remains } from './remains.ts';

const runner = fileURLToPath(new URL('support/runner.ts', import.meta.url));
/** A step of its own. Its labs are also those of the step this test is in, which takes them away when it is ended. */
const step = 'lab-interrupted';
const names = [`${step}-ready`, `${step}-begun`].map(labOfCheckout);
const tell = `/var/tmp/${labOfCheckout(step)}.json`;

beforeEach(takeDown);
afterEach(takeDown);

async function takeDown(): Promise<void> {
  rmSync(tell, { force: true });
  for (const name of names) await down(name);
}

interface Running {
  readonly runner: ReturnType<typeof spawn>;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  readonly traces: readonly (readonly [string, Fingerprint])[];
  /** The loop device of a file on a Gluster volume of the lab. */
  readonly device: string;
  /** A process that knows nothing of the step: its environment is empty, and it is in a group of its own. */
  readonly stranger: number;
  /** When that one was started, in clock ticks. */
  readonly strangerStart: string | undefined;
}

/** Starts a run with one step, and returns when a lab of it is up and another one is on its way. */
async function startRun(): Promise<Running> {
  const child = spawn(process.execPath, [runner, step, tell], { stdio: 'inherit' });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? signal)),
  );
  await poll('the step is in its middle', 120_000, () => existsSync(tell) || undefined);
  const { device, stranger } = JSON.parse(readFileSync(tell, 'utf8'));
  const traces = names.map((name) => [name, fingerprint(name)] as const);
  expect(open(names[0] ?? '')).toBeDefined();
  expect(attachedFiles().get(device)).toBe('/mnt/g/interrupted');
  const strangerStart = processOf(stranger)?.start;
  expect(strangerStart).toBeDefined();
  return { runner: child, ended, traces, device, stranger, strangerStart };
}

async function expectNothingLeft({ traces, device, stranger, strangerStart }: Running): Promise<void> {
  for (const [name, trace] of traces) expect(remains(name, trace)).toEqual([]);
  expect(attachedFiles().get(device) ?? '').not.toMatch(/interrupted$/);
  // It has ended when its new parent, process 1, has not yet asked for its exit status.
  expect(processOf(stranger)?.start).not.toBe(strangerStart);
}

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('%s leaves nothing of a step that is in its middle', async (signal, exitCode) => {
  const running = await startRun();
  running.runner.kill(signal);
  // Whoever sends one often sends two.
  running.runner.kill(signal);
  expect(await running.ended).toBe(exitCode);
  await expectNothingLeft(running);
});

it('what SIGKILL leaves is taken away by the next run of the step', async () => {
  const running = await startRun();
  running.runner.kill('SIGKILL');
  await running.ended;
  expect(open(names[0] ?? '')).toBeDefined();
  const next = spawn(process.execPath, [runner, step], { stdio: 'inherit' });
  expect(await new Promise((resolve) => next.on('exit', resolve))).toBe(0);
  await expectNothingLeft(running);
});
