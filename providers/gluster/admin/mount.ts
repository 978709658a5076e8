import { loadConfiguration } from '#gluster/configuration/load.ts';
import { freeSpace } from '#gluster/images/space.ts';
import { ownLoopDevices } from '#gluster/node/loops.ts';
import { clientRuns, mountPoint } from '#gluster/node/mounts.ts';
import { backingFile, backingInode } from '#src/tools/losetup.ts';
import { answers, mountAt } from '#src/tools/mount.ts';
import { summarize, usersOf } from '#src/tools/processes.ts';
import { inodeAt } from '#src/trees.ts';
import { formatBytes } from '#src/units.ts';
import type { Command, Report } from './command.ts';
import { table } from './table.ts';

const probeSeconds = 5;

interface Found {
  readonly pool: string;
  readonly volume: string;
  readonly state: 'not mounted' | 'mounted' | 'no answer' | 'dead';
  readonly point: string;
  readonly server: string | null;
  readonly free: number | null;
  readonly devices: readonly string[];
  /** Of these, those whose file is not the image's any more. */
  readonly stale: readonly string[];
  readonly users: readonly string[];
}

/** gnt-gluster mount status */
export const mountStatus: Command = {
  name: 'mount status',
  summary: 'show the mounts of this node: whether they answer, what uses them, how much is free',
  operands: [],
  options: {},
  run: showMounts,
};

async function showMounts(): Promise<Report> {
  const { pools } = await loadConfiguration();
  const found: Found[] = [];
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
      const stale = alive ? await staleDevices(devices) : [];
      found.push({ pool: pool.name, volume, state, point, server: mount?.source ?? null, free, devices, stale, users });
    }
  }
  const rows = found.map(({ pool, volume, state, server, free, devices, stale, users }) => [
    `${pool}/${volume}`,
    state,
    server ?? '-',
    free === null ? '-' : formatBytes(free),
    devices.map((device) => (stale.includes(device) ? `${device} (stale)` : device)).join(' ') || '-',
    summarize(users) || '-',
  ]);
  const text = await table(['Pool/volume', 'State', 'Mounted from', 'Free', 'Attached', 'Used by'], rows);
  const isBad = ({ state, stale }: Found): boolean => state === 'dead' || state === 'no answer' || stale.length > 0;
  return { json: found.map((entry) => ({ ...entry })), text, bad: found.some(isBad) };
}

/** Of some devices those whose file is not the one at its path any more. The volume answers. */
async function staleDevices(devices: readonly string[]): Promise<readonly string[]> {
  const stale = await Promise.all(
    devices.map(async (device) => (await backingInode(device)) !== inodeAt(backingFile(device) ?? '')),
  );
  return devices.filter((_, index) => stale[index]);
}
