import { createVolume } from '../../lab/gluster.ts';
import { installProvider } from '../../lab/install.ts';
import { type Lab, up, volumeName } from '../../lab/lab.ts';
import type { Suite } from '../../lab/suites.ts';
import { command } from '../cases.ts';
import { type Site, withImages } from '../site.ts';

const filling = 'bench-scale';

/** A node with a Ganeti cluster of its own, and the provider as install.sh installs it. */
export async function makeSite(name: string, suite: Suite): Promise<Site> {
  const lab = await up({ name, nodes: 1, ganeti: true, suite, progress: console.log });
  await installProvider(lab);
  await configure(lab, [volumeName]);
  const site = await withImages(lab);
  // Without any, `image orphans` would take nothing for one.
  await addInstances(site, 1, 1);
  return site;
}

/** Gives the pool its first volume and so many more that it has `count`. Makes those that are missing. */
export async function havePoolOf({ lab }: Site, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? volumeName : `scale${index}`));
  for (const name of names.slice(1)) {
    const { exitCode } = await lab.master.exec(['gluster', 'volume', 'info', name], { reject: false });
    if (exitCode !== 0) await createVolume({ name, nodes: [lab.master], brickMebibytes: 300 });
  }
  await configure(lab, names);
}

/** With the servers named from the start: a volume that is in use stays mounted by those it had before. */
async function configure(lab: Lab, names: readonly string[]): Promise<void> {
  const volumes = names.map((name) => `"${name}"`).join(', ');
  const input = `[pool.default]\nvolumes = [${volumes}]\nservers = ["${lab.master.fqdn}"]\n`;
  await lab.master.exec(['tee', '/etc/ganeti/gluster.toml'], { input });
}

/** Makes images until there are `count` beside the two that are always there. */
export async function haveImages({ lab, places }: Site, count: number): Promise<void> {
  const create = command(places, 'create', { VOL_NAME: `${filling}-$1.ext.disk0`, VOL_SIZE: 16 }).trim();
  await shell(lab, `seq ${count} | xargs -P 4 -I{} sh -c '${create} 2>/dev/null' sh {}`);
}

/** Adds instances that are not started, by their numbers. */
export async function addInstances({ lab }: Site, first: number, last: number): Promise<void> {
  const options = '-t ext --disk 0:size=64M,provider=gluster -o dummy+default --no-start --no-install';
  const rest = `--no-nics --ignore-ipolicy -n ${lab.master.fqdn} -B memory=256M,vcpus=1 --no-name-check --no-ip-check`;
  for (let number = first; number <= last; number += 1)
    await shell(lab, `gnt-instance add ${options} ${rest} scale${number}.lab`);
}

async function shell(lab: Lab, script: string): Promise<void> {
  await lab.master.exec(['sh', '-euc', script], { timeLimit: 3_600_000 });
}
