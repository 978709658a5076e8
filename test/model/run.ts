import type { LabNode } from '../lab/node.ts';
import { type CampaignResult, tryKnown, tryModel } from './campaign.ts';
import { type Lane, makeVolumes, removeVolumes, startLane } from './lane.ts';

export interface ModelOptions {
  readonly sequences: number;
  readonly seed: number;
  /** How many sequences are tried at a time, each on nodes of its own. */
  readonly lanes: number;
  /** How many nodes each has. */
  readonly nodes: number;
  readonly path?: string | undefined;
  /** Is told each time a sequence is done. */
  readonly progress?: (done: number) => void;
  /** Is told at once what failed, before shorter sequences are tried. */
  readonly onFailure?: (what: string) => void;
}

/**
 * Tries the known sequences and generated ones on a node with Gluster, on two volumes that are made for it and taken
 * away again.
 */
export async function runModel(node: LabNode, options: ModelOptions): Promise<CampaignResult> {
  const { sequences, seed, lanes, nodes, path, progress, onFailure } = options;
  await makeVolumes(node);
  const started: Lane[] = [];
  try {
    for (let number = 0; number < lanes; number += 1) started.push(await startLane(node, number, nodes));
    const [first] = started;
    const before = first === undefined || path !== undefined ? [] : [await tryKnown(first)];
    let done = 0;
    const one = (): void => {
      done += 1;
      progress?.(done);
    };
    const share = Math.ceil(sequences / lanes);
    const generated = await Promise.all(
      started.map((lane) =>
        tryModel(lane, {
          sequences: share,
          seed: seedOf(lane, seed),
          path,
          progress: one,
          ...(onFailure === undefined ? {} : { onFailure }),
        }),
      ),
    );
    const results = [...before, ...generated];
    const sum = (field: 'sequences' | 'steps'): number => results.reduce((total, result) => total + result[field], 0);
    return { sequences: sum('sequences'), steps: sum('steps'), failures: results.flatMap(({ failures }) => failures) };
  } finally {
    for (const lane of started) await lane.end();
    await removeVolumes(node);
  }
}

/** The first lane has the seed itself, so that what failed on another one can be seen again on the first. */
function seedOf({ number }: Lane, seed: number): number {
  return seed + number * 1_000_003;
}
