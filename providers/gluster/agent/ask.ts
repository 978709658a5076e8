import { runOn } from '#gluster/ganeti/ssh.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { Failure, type FailureDetails, type FailureKind } from '#src/errors.ts';
import { type CommandResult, commandFailed } from '#src/exec.ts';
import { parseObject } from '#src/files.ts';
import { program, version } from '#src/program.ts';
import { perform, type TaskName, type Tasks, taskNamed } from './tasks.ts';

/** The hidden command of gnt-gluster that does a task for another node: a request to read, an answer to write. */
export const agent = 'agent';

/** What an agent prints. */
type Reply = Partial<{
  readonly answer: unknown;
  readonly failure: { readonly kind: FailureKind; readonly sentence: string; readonly details: FailureDetails };
}>;

/** How long a node may take for one task: milliseconds. A brick with many files takes minutes on a busy node. */
const usualPatience = 600_000;

/**
 * Has a node of the cluster do a task, and returns its answer. This node does its own without ssh. Throws the Failure
 * of the node, which names it; of kind unavailable when the node cannot be reached.
 */
export async function ask<Name extends TaskName>(
  node: string,
  task: Name,
  asks: Tasks[Name]['asks'],
  patience = usualPatience,
): Promise<Tasks[Name]['answers']> {
  if (node === thisNode().name) return await perform(task, asks);
  const request = JSON.stringify({ version, task, asks });
  const result = await runOn(node, `${program} ${agent}`, request, patience);
  return answerIn(node, result) as Tasks[Name]['answers'];
}

/** Does what a request of another node says, and returns the answer to print. A Failure is an answer, too. */
export async function answerTo(request: string): Promise<string> {
  try {
    const { version: theirs, task, asks } = parseObject(request) ?? {};
    // Only the same version surely means the same by each task.
    if (theirs !== version)
      throw new Failure('environment', `it has version ${version}, and not ${String(theirs)}`, {
        hint: 'install the same version of ganeti-extstorage-gluster on all nodes',
      });
    return JSON.stringify({ answer: await perform(taskNamed(task), asks as never) } satisfies Reply);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { cause: _, ...details } = error.details;
    return JSON.stringify({ failure: { kind: error.kind, sentence: error.message, details } } satisfies Reply);
  }
}

/** What a node answered. Throws the Failure that it told, or of kind unavailable when it did not answer. */
export function answerIn(node: string, result: CommandResult): unknown {
  const reply = parseObject(result.stdout) as Reply | undefined;
  if (reply?.failure !== undefined) {
    const { kind, sentence, details } = reply.failure;
    throw new Failure(kind, `node ${node}: ${sentence}`, details);
  }
  if (reply?.answer !== undefined) return reply.answer;
  // 255 is what ssh itself exits with; 127 is a shell that found no such program.
  if (result.exitCode === 255 || result.exitCode === undefined)
    throw new Failure('unavailable', `node ${node} cannot be reached by ssh`, {
      hint: `run this on the master node, and try: gnt-cluster command -n ${node} true`,
    });
  if (result.exitCode === 127)
    throw new Failure('environment', `node ${node} does not have ${program}`, {
      hint: `install ganeti-extstorage-gluster on ${node}`,
    });
  throw commandFailed(result, `node ${node} did not do its task`);
}
