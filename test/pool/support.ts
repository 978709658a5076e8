import { useLab } from '../e2e/support/lab.ts';
import { labOfCheckout } from '../lab/checkout.ts';

/** The lab of these tests; global-setup.ts makes it. */
export const labName = labOfCheckout('pool');

// Before a test file asks for its lab: vitest.config.ts has this among the files to be loaded first.
useLab(labName);
