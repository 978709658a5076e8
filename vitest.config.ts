import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/runner/longest-first.ts';

const second = 1000;
const minute = 60 * second;

/** One project per kind of test; test/run.ts runs them in this order. CONTRIBUTING.md says which test belongs where. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', { order: 1, timeout: 30 * second, parallel: true }),
      project('sanity', {
        order: 2,
        timeout: 5 * minute,
        parallel: true,
        workers: 2,
      }),
      project('install', { order: 2, timeout: 2 * minute, parallel: true }),
      project('executable', { order: 3, timeout: 6 * minute, parallel: false }),
      project('package', {
        order: 4,
        timeout: 6 * minute,
        parallel: false,
        globalSetup: 'test/package/support/global-setup.ts',
      }),
      project('conformance', {
        order: 5,
        timeout: 6 * minute,
        parallel: true,
        // Each has a lab of its own.
        workers: 2,
        globalSetup: 'test/conformance/support/global-setup.ts',
      }),
      project('lab', { order: 6, timeout: 10 * minute, parallel: false }),
      project('e2e', {
        order: 7,
        timeout: 20 * minute,
        parallel: true,
        // Each has a lab of its own.
        workers: 2,
        globalSetup: 'test/e2e/support/global-setup.ts',
      }),
      project('pool', {
        order: 8,
        timeout: 40 * minute,
        parallel: false,
        globalSetup: 'test/pool/global-setup.ts',
        setupFile: 'test/pool/support.ts',
      }),
      project('short', {
        order: 9,
        timeout: 20 * minute,
        parallel: false,
        globalSetup: 'test/short/global-setup.ts',
        setupFile: 'test/short/support.ts',
      }),
    ],
  },
});

type Limits = {
  readonly order: number;
  readonly timeout: number;
  readonly parallel: boolean;
  readonly workers?: number;
  /** What is done once before the project's first file. */
  readonly globalSetup?: string;
  /** What is loaded before each of the project's files. */
  readonly setupFile?: string;
};

/**
 * Tests that change the machine (mounts, loop devices, the lab) run one file after the other, or each in a lab of its
 * own.
 */
function project(name: string, { order, timeout, parallel, workers, globalSetup, setupFile }: Limits) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeout,
      hookTimeout: timeout,
      fileParallelism: parallel,
      sequence: { groupOrder: order },
      ...(workers === undefined ? {} : { maxWorkers: workers }),
      ...(globalSetup === undefined ? {} : { globalSetup: [globalSetup] }),
      ...(setupFile === undefined ? {} : { setupFiles: [setupFile] }),
    },
  };
}
