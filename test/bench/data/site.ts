import { labOfCheckout } from '../../lab/checkout.ts';
import { type Lab, up, volumeName } from '../../lab/lab.ts';
import type { Progress } from '../../lab/progress.ts';
import { installProvider, providerDirectory as provider } from '../../lab/provider.ts';
import type { Suite } from '../../lab/suites.ts';
import { command } from '../cases.ts';
import { addressOf, loop, mebibytes, nbd, type Places, pathOf, type Way, ways } from './cases.ts';
import type { Runner } from './measure.ts';

/** The name of the lab. */
export const labName = labOfCheckout('bench-data');
const mount = `/run/ganeti-gluster/mnt/default/${volumeName}`;
const socket = '/run/bench-data.sock';
const minute = 60_000;

/** A lab of three nodes with a volume of three copies, and an image for every way, written from end to end. */
export interface Site {
  readonly lab: Lab;
  readonly places: Places;
}

/** Brings the lab up. `built` is the directory of the built provider. */
export async function makeSite(
  { built, suite }: { readonly built: string; readonly suite: Suite },
  progress: Progress,
): Promise<Site> {
  const lab = await up({ name: labName, nodes: 3, ganeti: false, suite, progress });
  installProvider(lab.master, built);
  await makeImages(lab.master, ways, progress);
  return { lab, places: await openWays(lab.master, lab.master.fqdn) };
}

/** Makes an image for every way, and fills it, on a node that has the provider; none stays attached. */
export async function makeImages(node: Runner, of: readonly Way[], progress: Progress): Promise<void> {
  for (const { image } of of) {
    await shell(node, [
      command({ provider }, 'create', { VOL_NAME: image, VOL_SIZE: mebibytes }),
      command({ provider }, 'attach', { VOL_NAME: image }),
      `dd if=/dev/zero of=${mount}/${pathOf(image)} bs=1M count=${mebibytes} oflag=direct conv=notrunc,fsync\n`,
      command({ provider }, 'detach', { VOL_NAME: image }),
    ]);
  }
  progress(`images of ${mebibytes} MiB are written`);
}

/**
 * Attaches the image of `loop`, which mounts the volume, too, and has a qemu-nbd serve its own, through one of the
 * servers.
 */
export async function openWays(node: Runner, server: string): Promise<Places> {
  const image = (name: string): string => ways.find((way) => way.name === name)?.image ?? '';
  const [device = ''] = (await shell(node, [command({ provider }, 'attach', { VOL_NAME: image(loop) })])).split('\n');
  const places = { server, volume: volumeName, mount, device, socket };
  await serve(node, `--persistent --socket=${socket} ${addressOf(image(nbd), places)}`, `[ -S ${socket} ]`);
  return places;
}

/** Starts a qemu-nbd and waits for a shell's condition; throws when it has ended instead. */
export async function serve(node: Runner, options: string, condition: string): Promise<void> {
  // As Ganeti has QEMU open a disk: cache=none. With --fork it would not return: libgfapi keeps its standard error
  // open.
  const start = `qemu-nbd --format=raw --cache=none ${options} </dev/null >/dev/null 2>&1 &`;
  await shell(node, [`${start} while ! ${condition}; do kill -0 $!; sleep 0.1; done`]);
}

async function shell(node: Runner, commands: readonly string[]): Promise<string> {
  return (await node.exec(['sh', '-euc', commands.join('')], { timeLimit: 10 * minute })).stdout;
}
