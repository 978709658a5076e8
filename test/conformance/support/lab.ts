import { labOfCheckout } from '../../lab/checkout.ts';
import { open } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node.ts';

/** One lab for each file that runs at the same time; vitest.config.ts has as many workers. */
export const labNames = [1, 2].map(labOf);

/** The node on which a test file runs; its lab was brought up by global-setup.ts. */
export function node(): LabNode {
  const name = labOf(process.env.VITEST_POOL_ID);
  const lab = open(name);
  if (lab === undefined) throw new Error(`the lab ${name} does not run: run these tests with vitest --project`);
  return lab.master;
}

function labOf(worker: number | string | undefined): string {
  return labOfCheckout(`conformance-${worker}`);
}

/**
 * Runs a script in the node's shell with a root login's environment. Returns what it printed; throws unless it ends
 * with 0.
 */
export async function shell(script: string, ...args: readonly string[]): Promise<string> {
  return (await node().exec(['sh', '-euc', script, 'sh', ...args], { timeLimit: 60_000 })).stdout;
}

/** The lines a script printed. */
export async function lines(script: string, ...args: readonly string[]): Promise<readonly string[]> {
  return (await shell(script, ...args)).split('\n').filter((line) => line !== '');
}
