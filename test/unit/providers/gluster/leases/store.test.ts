import { globSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import {
  breakLeases,
  giveBackLease,
  makeLeaseFile,
  readLeases,
  requireNoOtherHolder,
  takeLease,
} from '#gluster/leases/store.ts';
import { scratchDirectory } from '../../../help.ts';

const here = thisNode().name;

// What this run of the machine remembers of the tests' directories.
afterAll(() => {
  for (const file of globSync('/run/ganeti-gluster/nodes/published@*@unit-*')) rmSync(file);
});

/** An image of which a node `other` has the leases of a file name. */
function image(state?: string): { readonly name: string; readonly directory: string } {
  const directory = `${scratchDirectory()}/images/x`;
  mkdirSync(directory, { recursive: true });
  makeLeaseFile(directory);
  if (state !== undefined) renameSync(`${directory}/lease/0`, `${directory}/lease/${state}`);
  return { name: 'x', directory };
}

function files({ directory }: { readonly directory: string }): readonly string[] {
  return readdirSync(`${directory}/lease`);
}

const elsewhere = 'other@exclusive@2026-01-01T10:00:00Z@0b';

describe('a lease', () => {
  test('is taken, kept, changed and given back, each with at most one rename', async () => {
    const where = image();
    await takeLease(where, 'shared');
    const [first = ''] = files(where);
    expect(first).toMatch(new RegExp(`^1,${here}@shared@`));
    await takeLease(where, 'shared');
    expect(files(where)).toEqual([first]);
    await takeLease(where, 'exclusive');
    expect(files(where)).toEqual([expect.stringMatching(new RegExp(`^2,${here}@exclusive@`))]);
    await giveBackLease(where);
    await giveBackLease(where);
    expect(files(where)).toEqual(['3']);
  });

  test('of another node is respected, and closing here does not touch it', async () => {
    const where = image(`7,${elsewhere}`);
    const refusal = { kind: 'busy', message: expect.stringContaining('other (exclusive, since 2026-01-01T10:00:00Z)') };
    await expect(takeLease(where, 'exclusive')).rejects.toMatchObject(refusal);
    await expect(takeLease(where, 'shared')).rejects.toMatchObject(refusal);
    await expect(requireNoOtherHolder(where)).rejects.toMatchObject(refusal);
    await giveBackLease(where);
    expect(files(where)).toEqual([`7,${elsewhere}`]);
  });

  test('of another node that was restarted is broken', async () => {
    const where = image(`7,${elsewhere}`);
    mkdirSync(`${where.directory}/../.nodes`);
    writeFileSync(`${where.directory}/../.nodes/other@0c`, '');
    await requireNoOtherHolder(where);
    await takeLease(where, 'exclusive');
    expect(files(where)).toEqual([expect.stringMatching(new RegExp(`^8,${here}@exclusive@`))]);
  });

  test('is broken only if it is the one that was looked at', async () => {
    const where = image(`7,${elsewhere}`);
    const looked = await readLeases(where.directory);
    renameSync(
      `${where.directory}/lease/7,${elsewhere}`,
      `${where.directory}/lease/8,${elsewhere.replace('10', '11')}`,
    );
    await breakLeases(where, looked);
    expect(await readLeases(where.directory)).toHaveLength(1);
    await breakLeases(where, await readLeases(where.directory));
    expect(await readLeases(where.directory)).toEqual([]);
  });
});

describe('what should not happen', () => {
  test('without a file it is made anew; a listing may miss one for a moment', async () => {
    const where = image();
    rmSync(`${where.directory}/lease`, { recursive: true });
    expect(await readLeases(where.directory)).toEqual([]);
    await giveBackLease(where);
    await takeLease(where, 'exclusive');
    expect(files(where)).toHaveLength(1);
    rmSync(`${where.directory}/lease/${files(where)[0]}`);
    setTimeout(() => writeFileSync(`${where.directory}/lease/9,${elsewhere}`, ''), 100);
    await expect(takeLease(where, 'exclusive')).rejects.toMatchObject({ kind: 'busy' });
  });

  test('of two files every lease counts, and one is left', async () => {
    const where = image(`7,${elsewhere}`);
    writeFileSync(`${where.directory}/lease/8`, '');
    await expect(takeLease(where, 'exclusive')).rejects.toMatchObject({ kind: 'busy' });
    await breakLeases(where, await readLeases(where.directory));
    expect(files(where)).toEqual(['9']);
  });

  test('an image that is gone is missing, and nothing of it comes back', async () => {
    const where = image();
    rmSync(where.directory, { recursive: true });
    await expect(takeLease(where, 'exclusive')).rejects.toMatchObject({ kind: 'missing' });
    await giveBackLease(where);
    expect(readdirSync(dirname(where.directory))).toEqual(['.nodes']);
  });

  test('what an earlier run published is replaced', async () => {
    const where = image();
    mkdirSync(`${where.directory}/../.nodes`);
    for (const boot of ['0a', '0b']) writeFileSync(`${where.directory}/../.nodes/${here}@${boot}`, '');
    await takeLease(where, 'exclusive');
    const [published = '', ...more] = readdirSync(`${where.directory}/../.nodes`);
    expect(more).toEqual([]);
    expect(files(where)[0]).toContain(published.split('@')[1]);
  });
});
