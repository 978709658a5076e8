import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { writeMetadata } from '#gluster/images/metadata.ts';
import { requireSameSnapshot, snapshotMetadata } from '#gluster/images/snapshot.ts';
import { makeLeaseFile, takeLease } from '#gluster/leases/store.ts';
import { failureOf, scratchDirectory } from '../../../help.ts';
import { imageIn } from './image-in.ts';

describe('a snapshot that is there already', () => {
  test('passes while the image is as it was, and not once it was written', async () => {
    const [source, copy] = [scratchDirectory(), scratchDirectory()];
    writeMetadata(source, { preallocation: 'full', info: 'originstname+web1', diskName: 'data', uuid: 'u' });
    const [image, snapshot] = [imageIn(source, 'x', 4096), imageIn(copy, 'x.snap', 4096)];
    makeLeaseFile(source);
    makeLeaseFile(copy);
    const metadata = await snapshotMetadata(image);
    expect(metadata).toMatchObject({
      snapshotOf: 'x',
      info: 'originstname+web1',
      diskName: 'data',
      preallocation: 'off',
    });
    expect(metadata.uuid).toBeUndefined();
    writeMetadata(copy, metadata);
    expect(await requireSameSnapshot(image, snapshot)).toBeUndefined();
    writeMetadata(source, { preallocation: 'full', info: 'only the label changed' });
    expect(await requireSameSnapshot(image, snapshot)).toBeUndefined();
    // As by hand: in place, the size stays.
    await sleep(20);
    writeFileSync(image.disk, 'DATA');
    const older = { kind: 'exists', message: expect.stringContaining('older snapshot') };
    expect(await failureOf(() => requireSameSnapshot(image, snapshot))).toMatchObject(older);
  });

  test('does not pass when it was opened or grown itself', async () => {
    const [source, copy] = [scratchDirectory(), `${scratchDirectory()}/images/x.snap`];
    mkdirSync(copy, { recursive: true });
    writeMetadata(source, { preallocation: 'off' });
    const [image, snapshot] = [imageIn(source, 'x', 4096), imageIn(copy, 'x.snap', 4096)];
    makeLeaseFile(source);
    makeLeaseFile(copy);
    writeMetadata(copy, await snapshotMetadata(image));
    expect(await requireSameSnapshot(image, snapshot)).toBeUndefined();
    const changed = { kind: 'exists', message: expect.stringContaining('a snapshot that was changed since') };
    expect(await failureOf(() => requireSameSnapshot(image, { ...snapshot, size: 8192 }))).toMatchObject(changed);
    await takeLease(snapshot, 'exclusive');
    expect(await failureOf(() => requireSameSnapshot(image, snapshot))).toMatchObject(changed);
  });

  test.each([
    ['was opened since, whatever its times say', () => takeLease],
    ['has no lease file that would tell', () => undefined],
  ])('does not pass when the image %s', async (_, how) => {
    const [source, copy] = [`${scratchDirectory()}/images/x`, scratchDirectory()];
    mkdirSync(source, { recursive: true });
    writeMetadata(source, { preallocation: 'off' });
    const [image, snapshot] = [imageIn(source, 'x', 4096), imageIn(copy, 'x.snap', 4096)];
    if (how() !== undefined) makeLeaseFile(source);
    writeMetadata(copy, await snapshotMetadata(image));
    await how()?.(image, 'exclusive');
    const older = { kind: 'exists', message: expect.stringContaining('older snapshot') };
    expect(await failureOf(() => requireSameSnapshot(image, snapshot))).toMatchObject(older);
  });

  test('of another image, or none at all, is another image', async () => {
    const [source, copy] = [scratchDirectory(), scratchDirectory()];
    writeMetadata(source, { preallocation: 'off' });
    for (const snapshotOf of [{}, { snapshotOf: 'y' }]) {
      writeMetadata(copy, { preallocation: 'off', ...snapshotOf });
      const failure = await failureOf(() => requireSameSnapshot(imageIn(source, 'x', 1), imageIn(copy, 'x.snap', 1)));
      expect(failure.message).toContain('another image');
    }
  });
});
