import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Failure } from '#src/errors.ts';
import { parseRequest } from '#src/request.ts';
import { type VerbName, verbs } from '#src/verbs.ts';
import { propertyRuns } from '../help.ts';

const nearlyName = fc.stringMatching(/^[A-Za-z0-9_.+/-]{0,12}$/);
const anyValue = fc.oneof(fc.string({ unit: 'binary' }), nearlyName, fc.integer().map(String), fc.double().map(String));
const anyEnvironment = fc.record(
  Object.fromEntries(
    [
      'VOL_NAME',
      'VOL_SIZE',
      'VOL_NEW_SIZE',
      'VOL_METADATA',
      'VOL_SNAPSHOT_NAME',
      'VOL_UUID',
      'VOL_CNAME',
      'VOL_SNAPSHOT_SIZE',
      'EXTP_POOL',
      'EXTP___PROTO__',
      '__proto__',
    ].map((name) => [name, anyValue]),
  ),
  { requiredKeys: [] },
);

test('any environment is refused as invalid or yields one safe path component and exact sizes', async () => {
  const anyVerb = fc.constantFrom(...(Object.keys(verbs) as VerbName[]));
  await fc.assert(
    fc.asyncProperty(anyVerb, anyEnvironment, async (verb, environment) => {
      const request = await parseRequest(verb, environment, []).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Failure);
        expect(error).toHaveProperty('kind', 'invalid');
      });
      if (request === undefined) return;
      for (const name of [request.name, request.snapshotName].filter((value) => value !== undefined)) {
        expect(name).not.toMatch(/^$|^[.-]|[/\0]/);
        expect(Buffer.byteLength(`${name}.1234567.new`)).toBeLessThanOrEqual(255);
      }
      for (const size of [request.size, request.newSize, request.snapshotSize].filter((value) => value !== undefined)) {
        expect(size).toBeGreaterThan(0);
        expect(Number.isSafeInteger(size * 1024 * 1024)).toBe(true);
      }
    }),
    { numRuns: propertyRuns },
  );
});
