import { setUp } from '../e2e/support/global-setup.ts';
import { suiteOfTests } from '../lab/suites.ts';
import { labName } from './support.ts';

/** Four nodes of a Ganeti cluster, whose glusterds know nothing of each other. */
export async function setup(): Promise<() => Promise<void>> {
  return await setUp({ name: labName, suite: suiteOfTests(), nodes: 4, bare: true });
}
