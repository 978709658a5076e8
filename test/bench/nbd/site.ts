import { labOfCheckout } from '../../lab/checkout.ts';
import { createVolume } from '../../lab/gluster.ts';
import { prepareGuest } from '../../lab/guest.ts';
import { type Lab, up, volumeName } from '../../lab/lab.ts';
import type { Progress } from '../../lab/progress.ts';
import { installProvider } from '../../lab/provider.ts';
import { addressOf, type Places } from '../data/cases.ts';
import type { Runner } from '../data/measure.ts';
import { makeImages, openWays, serve } from '../data/site.ts';
import { kernelNbd, ways } from './cases.ts';
import { bootMachine, machineStart } from './machine.ts';

/** The name of the lab. */
export const labName = labOfCheckout('bench-nbd');
const servers = 3;

/** What a loop device has by itself; the kernel would cut NBD's requests into 128 KiB. */
const asLoop = 'cd /sys/block/nbd0/queue; echo 1280 >max_sectors_kb; echo none >scheduler';

/** A lab of three servers and a machine that uses their volume in every way. */
export interface Site {
  readonly machine: Runner;
  readonly places: Places;
}

/** Brings the lab up. `built` is the directory of the built provider. */
export async function makeSite(built: string, progress: Progress): Promise<Site> {
  const guest = await prepareGuest(machineStart);
  const lab = await up({ name: labName, nodes: servers + 1, ganeti: false, volume: false, progress });
  await createVolume({ name: volumeName, nodes: lab.nodes.slice(0, servers) });
  installProvider(lab.master, built);
  await makeImages(lab.master, ways, progress);
  const machine = await bootMachine(await client(lab, built), lab.master, guest);
  progress('the machine runs');
  const places = await openWays(machine, lab.master.fqdn);
  const connected = '[ "$(cat /sys/block/nbd0/size)" -gt 0 ]';
  await serve(machine, `--connect=${kernelNbd.name} ${addressOf(kernelNbd.image, places)}`, connected);
  await machine.exec(['sh', '-euc', asLoop]);
  return { machine, places };
}

/** The last node: no server any more, with the provider, which is told where the servers are. */
async function client({ master, nodes }: Lab, built: string) {
  const node = nodes[servers];
  if (node === undefined) throw new Error(`the lab has no node ${servers + 1}`);
  await master.exec(['gluster', '--mode=script', 'peer', 'detach', node.fqdn], { timeLimit: 120_000 });
  installProvider(node, built);
  const hosts = nodes.slice(0, servers).map(({ fqdn }) => fqdn);
  const configuration = `[pool.default]\nservers = ${JSON.stringify(hosts)}\n`;
  await node.exec(['sh', '-euc', 'mkdir -p /etc/ganeti; cat >/etc/ganeti/gluster.toml'], { input: configuration });
  return node;
}
