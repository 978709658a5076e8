import { realpathSync } from 'node:fs';
import { Failure } from '#src/errors.ts';
import { argumentsOf, executableOf, numbersIn, openPaths } from '#src/process-tree.ts';
import { type BrickPlace, requireBrick } from './brick-files.ts';
import { endProcesses, isGlusterProgram } from './end-processes.ts';

/** How long a brick may take to end before it is killed: milliseconds. */
const patience = 60_000;

/** A brick of this node, and the UUID of the glusterd that has it. */
export interface PeerBrick extends BrickPlace {
  readonly peer: string;
}

/** A process that serves a brick. */
export interface BrickProcess {
  readonly pid: number;
  /** The paths of other bricks that it serves, too. */
  readonly others: readonly string[];
}

/**
 * The processes of this node that serve a brick. The kernel tells which bricks a process serves: with
 * `cluster.brick-multiplex` its arguments name only the first of them. Throws a Failure of kind unavailable for a
 * directory that is not a brick of the volume.
 */
export async function brickProcesses(brick: PeerBrick): Promise<readonly BrickProcess[]> {
  await requireBrick(brick);
  const path = realpathSync(brick.path);
  return numbersIn('/proc')
    .filter((pid) => isBrickOf(pid, brick.peer))
    .map((pid) => ({ pid, served: servedIn(openPaths(pid)) }))
    .filter(({ served }) => served.includes(path))
    .map(({ pid, served }) => ({ pid, others: served.filter((one) => one !== path) }));
}

/** Ends the process of a brick. Throws a Failure when that is not what alone serves it, or does not end. */
export async function endBrick(brick: PeerBrick, pid: number): Promise<true> {
  const found = await brickProcesses(brick);
  const problem = problemWith(brick.path, found);
  if (problem !== undefined) throw new Failure('unsupported', problem);
  if (found.some((one) => one.pid !== pid))
    throw new Failure('busy', `brick ${brick.path} is served by another process than before`);
  const left = await endProcesses([pid], (one) => isBrickOf(one, brick.peer), patience);
  if (left.length > 0) throw new Failure('failed', `process ${pid} of brick ${brick.path} does not end`);
  return true;
}

/** Why the brick that is named cannot be ended with what serves it; undefined: it is one process, and its own. */
export function problemWith(name: string, processes: readonly BrickProcess[]): string | undefined {
  const [only, ...more] = processes;
  if (only === undefined) return `no process is found that serves brick ${name}`;
  if (more.length > 0) return `brick ${name} has several processes: ${processes.map(({ pid }) => pid).join(', ')}`;
  if (only.others.length === 0) return undefined;
  return `process ${only.pid} of brick ${name} serves others, too (cluster.brick-multiplex): ${only.others.join(', ')}`;
}

function isBrickOf(pid: number, peer: string): boolean {
  return isGlusterProgram(executableOf(pid)) && isStartedBy(argumentsOf(pid), peer);
}

/**
 * Whether these are the arguments of a brick that the glusterd of a UUID started (glusterd_volume_start_glusterfs of
 * glusterd-utils.c): another glusterd can run in a container of the same node.
 */
export function isStartedBy(given: readonly string[], peer: string): boolean {
  const isNamed = given.some((one, index) => one === '--process-name' && given[index + 1] === 'brick');
  return isNamed && given.includes(`*-posix.glusterd-uuid=${peer}`);
}

/** The bricks that a process serves, by what is open: .glusterfs/00 to ff of each (posix_init of posix-common.c). */
export function servedIn(open: readonly string[]): readonly string[] {
  return [...new Set(open.flatMap((path) => /^(\/.+)\/\.glusterfs\/[0-9a-f]{2}$/.exec(path)?.[1] ?? []))];
}
