import { labOfCheckout } from '../lab/checkout.ts';
import { type Lab, up, volumeName } from '../lab/lab.ts';
import type { Progress } from '../lab/progress.ts';
import { installProvider, providerDirectory as provider } from '../lab/provider.ts';
import { attachedImage, type Case, command, type Places } from './cases.ts';
import type { Run } from './statistics.ts';

/** The name of the lab. */
export const labName = labOfCheckout('bench');

/** A lab of its own with the built provider on its node, and one image attached. */
export interface Site {
  readonly lab: Lab;
  readonly places: Places;
}

/** Brings the lab up. `built` is the directory of the built provider. */
export async function makeSite(built: string, progress: Progress): Promise<Site> {
  const lab = await up({ name: labName, nodes: 1, ganeti: false, progress });
  installProvider(lab.master, built);
  return await withImages(lab);
}

/** Gives a lab that has the provider what all cases start from. */
export async function withImages(lab: Lab): Promise<Site> {
  const node = lab.master;
  const places: Places = {
    provider,
    node: process.execPath,
    bench: import.meta.dirname,
    volume: volumeName,
    server: node.fqdn,
  };
  const prepare = [
    command(places, 'create', { VOL_NAME: attachedImage, VOL_SIZE: 16 }),
    command(places, 'attach', { VOL_NAME: attachedImage }),
    command(places, 'open', { VOL_NAME: attachedImage }),
    command(places, 'create', { VOL_NAME: 'bench.ext.disk0', VOL_SIZE: 16 }),
  ];
  await node.exec(['sh', '-euc', prepare.join('')], { timeLimit: 120_000 });
  return { lab, places };
}

/** Runs cases round by round on the node; returns the runs of each by its name. */
export async function runCases(
  { lab, places }: Site,
  cases: readonly Case[],
  rounds: number,
): Promise<Record<string, Run[]>> {
  const argv = ['/usr/bin/python3', `${places.bench}/measure.py`];
  const { stdout } = await lab.master.exec(argv, { input: JSON.stringify({ rounds, cases }) });
  return JSON.parse(stdout);
}
