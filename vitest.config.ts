import { defineConfig } from 'vitest/config';

const second = 1000;
const minute = 60 * second;

/** One project per kind of test; test/run.ts runs them in this order. CONTRIBUTING.md says which test belongs where. */
export default defineConfig({
  test: {
    projects: [
      project('unit', { order: 1, timeout: 10 * second, parallel: true }),
      project('install', { order: 2, timeout: 30 * second, parallel: true }),
      project('conformance', { order: 3, timeout: 2 * minute, parallel: false }),
      project('lab', { order: 4, timeout: 10 * minute, parallel: false }),
      project('e2e', { order: 5, timeout: 20 * minute, parallel: false }),
    ],
  },
});

type Limits = { readonly order: number; readonly timeout: number; readonly parallel: boolean };

/** Tests that change the machine (mounts, loop devices, the lab) run one file after the other. */
function project(name: string, { order, timeout, parallel }: Limits) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeout,
      hookTimeout: timeout,
      fileParallelism: parallel,
      sequence: { groupOrder: order },
    },
  };
}
