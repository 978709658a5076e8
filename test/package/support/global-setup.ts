import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { down, up } from '../../lab/lab.ts';
import { built, labName, makeRelease, name, release, root, work } from './package.ts';

/** The release that the tests look at, compressed as little as can be, and a node to install it on. */
export async function setup(): Promise<() => Promise<void>> {
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await execa('cp', ['-al', path.join(root, 'build/out', name), built]);
  await makeRelease(release);
  // What an interrupted run left.
  await down(labName);
  await up({ name: labName, nodes: 1, ganeti: false });
  return async () => {
    await down(labName);
    await rm(work, { recursive: true, force: true });
  };
}
