import { loadConfiguration } from '#gluster/configuration/load.ts';
import { freeSpace } from '#gluster/images/space.ts';
import { ownLoopDevices } from '#gluster/node/loops.ts';
import { mountedSince } from '#gluster/node/mount-memory.ts';
import { clientRuns, mountedVolumes, mountPoint } from '#gluster/node/mount-points.ts';
import { answers, mountAt, mountPatience } from '#src/mounts.ts';
import { backingFile, backingInode } from '#src/tools/losetup.ts';
import { type Process, processes, summarize, usersOf } from '#src/tools/processes.ts';
import { inodeAt } from '#src/trees.ts';
import type { Command, CommandInput, Report } from './command.ts';
import { type List, listReport } from './listing.ts';

type Found = {
  readonly pool: string;
  readonly volume: string;
  readonly state: 'not mounted' | 'mounted' | 'no answer' | 'dead';
  readonly point: string;
  readonly server: string | null;
  /** When it was mounted. */
  readonly since: string | null;
  /** Whether a pool of the configuration has the volume. */
  readonly configured: boolean;
  readonly free: number | null;
  readonly devices: readonly string[];
  /** Of these, those whose file is not the image's any more. */
  readonly stale: readonly string[];
  readonly users: readonly string[];
};

/** What `gnt-gluster mount status` shows. Ganeti, too, has free in gnt-node(8) list-storage. */
const mountFields: List<Found> = {
  fields: [
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the volume' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'name of the volume' },
    { name: 'place', heading: 'Pool/volume', meaning: 'both of them', show: ({ pool, volume }) => `${pool}/${volume}` },
    { name: 'state', key: 'state', heading: 'State', meaning: 'not mounted, mounted, no answer or dead' },
    { name: 'point', key: 'point', heading: 'Mount point', meaning: 'directory where the volume is mounted' },
    { name: 'server', key: 'server', heading: 'Mounted from', meaning: 'server that was asked for the volume' },
    { name: 'since', key: 'since', heading: 'Since', meaning: 'when it was mounted' },
    { name: 'configured', key: 'configured', heading: 'Configured', meaning: 'whether a pool has the volume' },
    { name: 'free', key: 'free', unit: 'bytes', heading: 'Free', meaning: 'size that is free on the volume' },
    {
      name: 'devices',
      key: 'devices',
      heading: 'Attached',
      meaning: 'block devices of this node with a file of the volume',
      show: ({ devices, stale }) =>
        devices.map((device) => (stale.includes(device) ? `${device} (stale)` : device)).join(' '),
    },
    {
      name: 'stale',
      key: 'stale',
      heading: 'Stale',
      meaning: 'those of them whose file was replaced',
      show: ({ stale }) => stale.join(' '),
    },
    {
      name: 'users',
      key: 'users',
      heading: 'Used by',
      meaning: 'guests and processes of this node that use it',
      show: ({ users }) => summarize(users),
    },
  ],
  usual: ['place', 'state', 'server', 'since', 'free', 'devices', 'users'],
};

/** gnt-gluster mount status */
export const mountStatus: Command = {
  name: 'mount status',
  summary: 'show the mounts of this node: whether they answer, what uses them, how much is free',
  operands: [],
  options: {},
  list: mountFields,
  run: showMounts,
};

async function showMounts(input: CommandInput): Promise<Report> {
  const { pools } = await loadConfiguration();
  // One look at this node serves all volumes; those that do not answer are waited for together.
  const here: Here = { devices: await ownLoopDevices(() => true), running: processes() };
  const configured = pools.flatMap((pool) => pool.volumes.map((volume) => ({ pool: pool.name, volume })));
  const isConfigured = (one: Place): boolean =>
    configured.some(({ pool, volume }) => pool === one.pool && volume === one.volume);
  const volumes = [...configured, ...mountedVolumes().filter((one) => !isConfigured(one))];
  const found = await Promise.all(volumes.map((one) => lookAtMount(one, isConfigured(one), here)));
  const isBad = ({ state, stale }: Found): boolean => state === 'dead' || state === 'no answer' || stale.length > 0;
  return { ...(await listReport(mountFields, found, input, '')), bad: found.some(isBad) };
}

/** What this node has and does. */
interface Here {
  readonly devices: readonly string[];
  readonly running: readonly Process[];
}

type Place = Pick<Found, 'pool' | 'volume'>;

async function lookAtMount({ pool, volume }: Place, configured: boolean, here: Here): Promise<Found> {
  const point = mountPoint(pool, volume);
  const mount = mountAt(point);
  const alive = mount !== undefined && (await answers(point, mountPatience.usual));
  const isInside = (path: string): boolean => path.startsWith(`${point}/`);
  const devices = here.devices.filter((device) => isInside(backingFile(device) ?? ''));
  // A QEMU has the device open, not the file behind it.
  const isUse = (path: string): boolean => isInside(path) || devices.includes(path);
  return {
    pool,
    volume,
    state: mount === undefined ? 'not mounted' : alive ? 'mounted' : clientRuns(point) ? 'no answer' : 'dead',
    point,
    server: mount?.source ?? null,
    since: mount === undefined ? null : (mountedSince(pool, volume, mount) ?? null),
    configured,
    free: alive ? freeSpace(point) : null,
    devices,
    stale: alive ? await staleDevices(devices) : [],
    users: mount === undefined ? [] : usersOf(isUse, here.running),
  };
}

/** Of some devices those whose file is not the one at its path any more. The volume answers. */
async function staleDevices(devices: readonly string[]): Promise<readonly string[]> {
  const stale = await Promise.all(
    devices.map(async (device) => (await backingInode(device)) !== inodeAt(backingFile(device) ?? '')),
  );
  return devices.filter((_, index) => stale[index]);
}
