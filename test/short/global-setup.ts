import { setUp } from '../e2e/support/global-setup.ts';
import { suiteNames, suiteOfTests } from '../lab/suites.ts';
import { labName } from './support.ts';

/** Two nodes, the least that a migration needs, of the Debian that the other tests are not on. */
export async function setup(): Promise<() => Promise<void>> {
  const suite = suiteNames.find((name) => name !== suiteOfTests()) ?? suiteOfTests();
  return await setUp({ name: labName, suite, nodes: 2 });
}
