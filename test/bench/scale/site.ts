import path from 'node:path';
import { createVolume } from '../../lab/gluster.ts';
import { installProvider } from '../../lab/install.ts';
import { type Lab, up, volumeName } from '../../lab/lab.ts';
import { providerDirectory } from '../../lab/provider.ts';
import type { Suite } from '../../lab/suites.ts';
import { attachedImage, command, type Places } from '../cases.ts';

/** A node with a Ganeti cluster of its own, and with as many volumes, images and instances as are asked for. */
export interface Site {
  readonly lab: Lab;
  readonly places: Places;
}

const filling = 'bench-scale';

/** Brings the lab up, with one image that is attached and open. */
export async function makeSite(name: string, suite: Suite): Promise<Site> {
  const lab = await up({ name, nodes: 1, ganeti: true, suite, progress: console.log });
  await installProvider(lab);
  const places: Places = {
    provider: providerDirectory,
    node: process.execPath,
    bench: path.resolve(import.meta.dirname, '..'),
    volume: volumeName,
    server: lab.master.fqdn,
  };
  const [created, attached] = [{ VOL_NAME: attachedImage, VOL_SIZE: 16 }, { VOL_NAME: attachedImage }];
  await shell(lab, command(places, 'create', created) + command(places, 'attach', attached));
  await shell(lab, command(places, 'open', attached) + command(places, 'create', { ...created, VOL_NAME: theImage }));
  return { lab, places };
}

/** The image that the measured verbs are about, beside the one that stays attached. */
const theImage = 'bench.ext.disk0';

/** Gives the pool its first volume and so many more that it has `count`. Makes those that are missing. */
export async function havePoolOf({ lab }: Site, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? volumeName : `scale${index}`));
  for (const name of names.slice(1)) {
    const { exitCode } = await lab.master.exec(['gluster', 'volume', 'info', name], { reject: false });
    if (exitCode !== 0) await createVolume({ name, nodes: [lab.master], brickMebibytes: 300 });
  }
  const volumes = names.map((name) => `"${name}"`).join(', ');
  const input = `[pool.default]\nvolumes = [${volumes}]\nservers = ["${lab.master.fqdn}"]\n`;
  await lab.master.exec(['tee', '/etc/ganeti/gluster.toml'], { input });
}

/** Makes images until there are `count` beside the two that are always there. */
export async function haveImages({ lab, places }: Site, count: number): Promise<void> {
  const create = command(places, 'create', { VOL_NAME: `${filling}-$1.ext.disk0`, VOL_SIZE: 16 }).trim();
  await shell(lab, `seq ${count} | xargs -P 4 -I{} sh -c '${create} 2>/dev/null' sh {}`);
}

/** Adds instances that are not started until there are `count`. */
export async function haveInstances({ lab }: Site, count: number): Promise<void> {
  const { stdout } = await lab.master.exec(['gnt-instance', 'list', '--no-headers', '-o', 'name']);
  const there = stdout.split('\n').filter((line) => line !== '').length;
  for (let number = there + 1; number <= count; number += 1) {
    const options = '-t ext --disk 0:size=64M,provider=gluster -o dummy+default --no-start --no-install';
    const rest = '--net none -B memory=256M,vcpus=1 --no-name-check --no-ip-check';
    await shell(lab, `gnt-instance add ${options} ${rest} scale${number}.lab`);
  }
}

async function shell(lab: Lab, script: string): Promise<void> {
  await lab.master.exec(['sh', '-euc', script], { timeLimit: 3_600_000 });
}
