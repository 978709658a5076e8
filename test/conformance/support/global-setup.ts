import { cpSync, existsSync, rmSync } from 'node:fs';
import { createVolume } from '../../lab/gluster.ts';
import { down, up } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node.ts';
import { suiteOfTests } from '../../lab/suites.ts';
import { mountedVolumes, mountForTests, volumes } from '../gluster/support/volumes.ts';
import { labNames } from './lab.ts';
import { providerDirectory, sourceDirectory } from './provider.ts';

/** One lab for each file that runs at a time, until all have run. */
export async function setup(): Promise<() => Promise<void>> {
  if (!existsSync(sourceDirectory)) throw new Error(`there is no ${sourceDirectory}: npm run build`);
  const takeAllDown = async (): Promise<void> => {
    await Promise.all(labNames.map(down));
  };
  const failed = (await Promise.allSettled(labNames.map(makeLab))).find((result) => result.status === 'rejected');
  if (failed === undefined) return takeAllDown;
  await takeAllDown();
  throw failed.reason;
}

/** A node with three volumes, and the provider installed where Ganeti looks for it. */
async function makeLab(name: string): Promise<void> {
  // What an interrupted run left.
  await down(name);
  const lab = await up({ name, nodes: 1, ganeti: false, suite: suiteOfTests() });
  await installProvider(lab.master);
  await createVolume({ name: volumes.second, nodes: lab.nodes });
  await createVolume({ name: volumes.small, nodes: lab.nodes, brickMebibytes: volumes.smallMebibytes });
  for (const volume of mountedVolumes) await mountForTests(lab.master, volume);
}

/** A copy, so that a build during the tests does not change what is tested. */
async function installProvider(node: LabNode): Promise<void> {
  await node.exec(['mkdir', '-p', providerDirectory, '/var/log/ganeti/extstorage']);
  const seenFromHere = `/proc/${node.pid}/root${providerDirectory}`;
  rmSync(seenFromHere, { recursive: true });
  cpSync(sourceDirectory, seenFromHere, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}
