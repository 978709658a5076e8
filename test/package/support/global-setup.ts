import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { down, up } from '../../lab/lab.ts';
import { type Suite, suiteNames } from '../../lab/suites.ts';
import { built, labName, makeRelease, name, release, root, work } from './package.ts';

/** The release that the tests look at, compressed as little as can be, and a node of each Debian to install it on. */
export async function setup(): Promise<() => Promise<void>> {
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await execa('cp', ['-al', path.join(root, 'build/out', name), built]);
  await makeRelease(release);
  await Promise.all(suiteNames.map(bringUp));
  return async () => {
    await Promise.all(suiteNames.map((suite) => down(labName(suite))));
    await rm(work, { recursive: true, force: true });
  };
}

async function bringUp(suite: Suite): Promise<void> {
  const name = labName(suite);
  // What an interrupted run left.
  await down(name);
  await up({ name, nodes: 1, ganeti: false, suite, progress: (line) => console.log(`${name}: ${line}`) });
}
