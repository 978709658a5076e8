import { down, type Lab, up, volumeName } from '../../lab/lab.ts';
import { installProvider, providerDirectory as provider } from '../../lab/provider.ts';
import type { Suite } from '../../lab/suites.ts';
import { command } from '../cases.ts';
import { addressOf, loop, nbd, type Places, pathOf, ways } from './cases.ts';

const labName = 'bench-data';
const mount = `/run/ganeti-gluster/mnt/default/${volumeName}`;
const socket = '/run/bench-data.sock';
const minute = 60_000;

/** A lab of three nodes with a volume of three copies, and an image for every way, written from end to end. */
export type Site = {
  readonly lab: Lab;
  readonly places: Places;
  readonly close: () => Promise<void>;
};

/** Brings the lab up. `built` is the directory of the built provider. */
export async function makeSite(
  { built, suite, mebibytes }: { readonly built: string; readonly suite: Suite; readonly mebibytes: number },
  progress: (line: string) => void,
): Promise<Site> {
  const close = async (): Promise<void> => await down(labName);
  // What an interrupted run left.
  await close();
  try {
    const lab = await up({ name: labName, nodes: 3, ganeti: false, suite, progress });
    installProvider(lab.master, built);
    const device = await prepare(lab, mebibytes);
    progress(`images of ${mebibytes} MiB are written`);
    return { lab, places: { server: lab.master.fqdn, volume: volumeName, mount, device, socket }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes and fills the images, attaches the one of `loop`, whose device it returns, and has qemu-nbd serve the other. */
async function prepare({ master }: Lab, mebibytes: number): Promise<string> {
  const sh = async (script: string): Promise<string> =>
    (await master.exec(['sh', '-euc', script], { timeoutMs: 10 * minute })).stdout;
  const image = (name: string): string => ways.find((way) => way.name === name)?.image ?? '';
  for (const way of ways) await sh(command({ provider }, 'create', { VOL_NAME: way.image, VOL_SIZE: mebibytes }));
  const [device = ''] = (await sh(command({ provider }, 'attach', { VOL_NAME: image(loop) }))).split('\n');
  for (const way of ways) {
    const file = `${mount}/${pathOf(way.image)}`;
    await sh(`dd if=/dev/zero of=${file} bs=1M count=${mebibytes} oflag=direct conv=notrunc,fsync`);
  }
  const address = addressOf(image(nbd), { server: master.fqdn, volume: volumeName });
  // As Ganeti has QEMU open a disk: cache=none. With --fork it would not return: libgfapi keeps its standard error open.
  const serve = `qemu-nbd --persistent --format=raw --cache=none --socket=${socket} ${address} </dev/null >/dev/null 2>&1 &`;
  await sh(`${serve} while [ ! -S ${socket} ]; do kill -0 $!; sleep 0.1; done`);
  return device;
}
