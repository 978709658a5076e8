import { answers, mountAt } from '../../../src/tools/mount.ts';
import { summarize, usersOf } from '../../../src/tools/processes.ts';
import { formatBytes } from '../../../src/units.ts';
import { loadConfiguration } from '../configuration.ts';
import { ownLoopDevices } from '../loops.ts';
import { clientRuns, mountPoint } from '../mounts.ts';
import { freeSpace } from '../space.ts';
import type { CommandInput, Report } from './command.ts';
import { table } from './table.ts';

const probeSeconds = 5;

/** gnt-gluster mount status */
export async function mountStatus(_input: CommandInput): Promise<Report> {
  const { pools } = await loadConfiguration();
  const found = [];
  for (const pool of pools) {
    for (const volume of pool.volumes) {
      const point = mountPoint(pool.name, volume);
      const mount = mountAt(point);
      const alive = mount !== undefined && (await answers(point, probeSeconds));
      const devices = await ownLoopDevices((path) => path.startsWith(`${point}/`));
      // A QEMU has the device open, not the file behind it.
      const isUse = (path: string): boolean => path.startsWith(`${point}/`) || devices.includes(path);
      const users = mount === undefined ? [] : usersOf(isUse);
      const state = mount === undefined ? 'not mounted' : alive ? 'mounted' : clientRuns(point) ? 'no answer' : 'dead';
      const free = alive ? freeSpace(point) : null;
      found.push({ pool: pool.name, volume, state, point, server: mount?.source ?? null, free, devices, users });
    }
  }
  const rows = found.map(({ pool, volume, state, server, free, devices, users }) => [
    `${pool}/${volume}`,
    state,
    server ?? '-',
    free === null ? '-' : formatBytes(free),
    devices.join(' ') || '-',
    summarize(users) || '-',
  ]);
  const text = await table(['Pool/volume', 'State', 'Mounted from', 'Free', 'Attached', 'Used by'], rows);
  return { json: found, text, bad: found.some(({ state }) => state === 'dead' || state === 'no answer') };
}
