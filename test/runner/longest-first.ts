import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, the longest first, as `npm test` tells them at its end. They begin first, so that no
 * worker is left alone with one of them. What is not here comes after them.
 */
const longest = [
  'e2e/moving',
  'e2e/driver',
  'e2e/backup',
  'e2e/wrapper',
  'e2e/secure',
  'e2e/migration',
  'e2e/one-node',
  'e2e/replace',
  'e2e/readme',
  'conformance/gluster/interrupted',
  'conformance/rules',
  'conformance/gluster/giving-up',
  'conformance/gluster/lease-races',
  'conformance/gluster/model',
  'conformance/gluster/trash',
  'conformance/gluster/damaged',
  'sanity/mutants',
];

/** Has vitest begin with the files that take longest, whatever it remembers of an earlier run. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return found === -1 ? longest.length : found;
}
