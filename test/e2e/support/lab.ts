import { labOfCheckout } from '../../lab/checkout.ts';
import { type Lab, open } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node.ts';

/**
 * One lab for each file that runs at the same time; vitest.config.ts has as many workers. global-setup.ts makes them.
 */
export const labNames = [1, 2].map(labOf);

let used: string | undefined;

/** Lets all that is in this directory use another lab: `npm run test:faults` has its own. */
export function useLab(name: string): void {
  used = name;
}

/** A second volume, for a pool of its own. */
export const secondVolume = 'second';

export function lab(): Lab {
  const name = used ?? labOf(process.env.VITEST_POOL_ID);
  const running = open(name);
  if (running === undefined) throw new Error(`the lab ${name} does not run: run these tests with vitest --project`);
  return running;
}

/** The node of a name such as node1.lab. */
export function node(fqdn: string): LabNode {
  const found = lab().nodes.find((candidate) => candidate.fqdn === fqdn);
  if (found === undefined) throw new Error(`the lab has no node ${fqdn}`);
  return found;
}

function labOf(worker: number | string | undefined): string {
  return labOfCheckout(`e2e-${worker}`);
}
