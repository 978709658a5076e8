import { type Lab, open } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node.ts';

/** The lab of these tests; global-setup.ts brings it up and takes it down. */
export const labName = 'e2e';

let used = labName;

/** Lets all that is in this directory use another lab: `npm run test:faults` has its own. */
export function useLab(name: string): void {
  used = name;
}

/** A second volume, for a pool of its own. */
export const secondVolume = 'second';

export function lab(): Lab {
  const running = open(used);
  if (running === undefined) throw new Error(`the lab ${used} does not run: run these tests with vitest --project`);
  return running;
}

/** The node of a name such as node1.lab. */
export function node(fqdn: string): LabNode {
  const found = lab().nodes.find((candidate) => candidate.fqdn === fqdn);
  if (found === undefined) throw new Error(`the lab has no node ${fqdn}`);
  return found;
}
