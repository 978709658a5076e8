import { ganetiNodes } from '#gluster/ganeti/ssconf.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { asFailure, type Failure } from '#src/errors.ts';

/** What nodes of the cluster said, and why others did not. */
export interface Asked<Answer> {
  readonly answers: readonly { readonly node: string; readonly answer: Answer }[];
  readonly silent: readonly Failure[];
}

/** Asks all nodes of the cluster at once that are not offline, and this one where there is no cluster. */
export async function askAll<Answer>(question: (node: string) => Promise<Answer>): Promise<Asked<Answer>> {
  const { nodes, offline } = ganetiNodes();
  const asked = nodes.length === 0 ? [thisNode().name] : nodes.filter((node) => !offline.includes(node));
  const answers: { readonly node: string; readonly answer: Answer }[] = [];
  const silent: Failure[] = [];
  await Promise.all(
    asked.map(async (node) => {
      try {
        answers.push({ node, answer: await question(node) });
      } catch (error) {
        const failure = asFailure(error);
        if (failure === undefined) throw error;
        silent.push(failure);
      }
    }),
  );
  return { answers, silent };
}
