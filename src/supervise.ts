import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './errors.ts';
import { startWorker } from './exec.ts';
import { locksOf, takeFromKilled } from './lock.ts';
import { isHung, type Mount, mounts } from './mounts.ts';
import { hasEnded, type ProcessTree, processTree } from './process-tree.ts';
import { passOn } from './reply.ts';
import { mountsDirectory } from './run-directory.ts';

/**
 * Names the program whose work a process is to do by itself, as a worker does it. Also for a person or a test that
 * wants no process in between.
 */
export const workerVariable = 'GANETI_EXTSTORAGE_WORKER';

/** How long a volume may give no answer unless the configuration says otherwise, in milliseconds. */
export const usualPatience = 60_000;

/** How often a supervisor looks how its worker is, in milliseconds. */
const interval = 5000;

/** What a supervisor has its worker do. */
export interface Work {
  /** The name of the verb or command, by which the worker knows what it is. */
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** For how many milliseconds a volume may give no answer. It is asked late, and may load what it needs. */
  readonly patience: () => Promise<number>;
}

/** Whether this process is to do the work of a program by itself. */
export function isWorker(program: string, environment: NodeJS.ProcessEnv): boolean {
  return environment[workerVariable] === program;
}

/**
 * Has a process of its own do what can hang, and returns its exit status. This process touches no file of a volume, so
 * it always ends: with the Failure of `watch` when a volume that the worker uses gave no answer for too long. For as
 * long as the volume answers, the work may take as long as it takes.
 */
export async function supervise({ program, args, environment, patience }: Work): Promise<number> {
  const argv = [executable(), ...(await argumentsOfThisProgram()), ...args];
  const worker = await startWorker(argv, { ...environment, [workerVariable]: program }, (chunk) => passOn(2, chunk));
  const hang = sleep(interval).then(() => firstHang(worker.pid, patience));
  const found = await Promise.race([worker.ended.then(() => undefined), hang]);
  if (found !== undefined) return await giveUp(program, worker.pid, found);
  const { status, stdout } = await worker.ended;
  passOn(1, stdout);
  return status;
}

/**
 * Watches the worker of a program, a child of this process's parent, until it ends. Throws a Failure of kind
 * unavailable when a volume that the worker uses gave no answer for too long: the worker and what it started are killed
 * then, and their locks are given to others even where the kernel does not let them end.
 */
export async function watch(program: string, worker: number, patience: () => Promise<number>): Promise<void> {
  const hang = await firstHang(worker, patience);
  if (hang !== undefined) await giveUp(program, worker, hang);
}

/** The file of this program. An upgrade may have taken it away; what runs is still there by the kernel's own link. */
function executable(): string {
  return process.execPath.endsWith(' (deleted)') ? `/proc/${process.pid}/exe` : process.execPath;
}

/** What stands between Node and the arguments of this program: nothing when both are one executable. */
async function argumentsOfThisProgram(): Promise<readonly string[]> {
  const { isSea } = await import('node:sea');
  return isSea() ? [] : [...process.execArgv, process.argv[1] ?? ''];
}

interface Hang {
  readonly mount: Mount;
  readonly since: Date;
}

interface Question extends Hang {
  readonly moves: string;
  answer: 'none yet' | 'given' | 'none in time';
}

/** Comes back when a volume that a process or a descendant of it uses gave no answer for too long, or when it ended. */
async function firstHang(pid: number, patience: () => Promise<number>): Promise<Hang | undefined> {
  const questions = new Map<string, Question>();
  let before: ProcessTree | undefined;
  while (!hasEnded(pid)) {
    const now = processTree(pid);
    for (const question of questions.values()) {
      if (question.answer === 'none in time' && concerns(question, now)) return question;
      if (question.answer !== 'none yet') questions.delete(question.mount.point);
    }
    for (const mount of volumesHere())
      if (!questions.has(mount.point) && concerns({ mount, moves: before?.moves }, now)) {
        const question: Question = { mount, since: new Date(), moves: now.moves, answer: 'none yet' };
        questions.set(mount.point, question);
        void askVolume(question, await patience());
      }
    before = now;
    await sleep(interval);
  }
  return undefined;
}

function volumesHere(): readonly Mount[] {
  return mounts().filter(({ point }) => point.startsWith(`${mountsDirectory}/`));
}

/**
 * Whether it matters to the worker that a volume gives no answer: it has a file of it open, or none of its processes
 * has run since then, so that it may sleep in the call that opens the first one.
 */
function concerns({ mount, moves }: { mount: Mount; moves: string | undefined }, now: ProcessTree): boolean {
  return moves === now.moves || now.open.some((path) => path === mount.point || path.startsWith(`${mount.point}/`));
}

async function askVolume(question: Question, patience: number): Promise<void> {
  question.answer = (await isHung(question.mount.point, patience)) ? 'none in time' : 'given';
}

/** Kills a worker with all that it started, frees its locks when it cannot end, and throws what it was given up for. */
async function giveUp(program: string, worker: number, { mount, since }: Hang): Promise<never> {
  for (const member of processTree(worker).pids) kill(member);
  const end = Date.now() + 1000;
  while (!hasEnded(worker) && Date.now() < end) await sleep(20);
  // Where it ended the kernel freed them, and they may be somebody else's by now.
  if (!hasEnded(worker)) for (const name of locksOf(worker)) takeFromKilled(name);
  const seconds = Math.round((Date.now() - since.getTime()) / 1000);
  const second = since.toISOString().slice(0, 19);
  throw new Failure(
    'unavailable',
    `the volume of ${mount.source} has given no answer for ${seconds} seconds, since ${second}Z`,
    {
      problems: [
        `it is mounted at ${mount.point}`,
        `${program} was given up; the next ${program} finishes what it began`,
      ],
      hint: 'gnt-gluster mount status',
    },
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
