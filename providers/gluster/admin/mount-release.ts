import { loadConfiguration } from '#gluster/configuration/load.ts';
import { imageOf, ownLoopDevices } from '#gluster/node/loops.ts';
import { mountedVolumes, mountPoint, unmountIfIdle } from '#gluster/node/mount-points.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { backingFile } from '#src/tools/losetup.ts';
import { summarize, usersOf } from '#src/tools/processes.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';

/** gnt-gluster mount release VOLUME, or --all */
export const mountRelease: Command = {
  name: 'mount release',
  summary: 'unmount a volume on this node, or with --all every one that nothing uses',
  operands: ['[VOLUME]'],
  options: { pool: 'unmount it only for this pool' },
  flags: { all: 'unmount every volume of the provider', ...dryRun },
  details: [
    'It refuses while something on this node uses the volume.',
    'The next verb that needs the volume mounts it again.',
  ],
  local: true,
  run: release,
};

type Released = {
  readonly pool: string;
  readonly volume: string;
  /** Whether it is not mounted any more, or would not be. */
  readonly released: boolean;
  readonly users: readonly string[];
};

async function release(input: CommandInput): Promise<Report> {
  const [volume] = input.operands;
  const dry = input.flags.has('dry-run');
  const chosen = await choose(volume, input);
  const outcomes: Released[] = [];
  for (const one of chosen) {
    const released = dry ? (await usersOfMount(one)).length === 0 : await unmountIfIdle(one.pool, one.volume);
    outcomes.push({ ...one, released, users: released ? [] : await usersOfMount(one) });
  }
  const [busy] = outcomes.filter(({ released }) => !released);
  if (volume !== undefined && busy !== undefined)
    throw new Failure('busy', `volume ${volume} stays mounted: it is in use by ${usersText(busy)}`, {
      hint: 'shut the instances of its images down: gnt-instance shutdown INSTANCE',
    });
  const lines = outcomes.map((outcome) => `${sentence(outcome, dry)}\n`);
  const nothing = volume === undefined ? 'no volume is mounted\n' : `volume ${volume} is not mounted\n`;
  return {
    json: { dryRun: dry, mounts: outcomes },
    text: lines.length === 0 ? nothing : lines.join(''),
    bad: busy !== undefined,
  };
}

/** The mounts that are meant. Throws a Failure of kind usage or invalid when that is not clear, or no volume at all. */
async function choose(volume: string | undefined, { options: { pool }, flags }: CommandInput) {
  if ((volume === undefined) !== flags.has('all'))
    throw new Failure('usage', 'mount release takes the name of a volume, or --all', {
      hint: 'gnt-gluster mount status',
    });
  const mounted = mountedVolumes().filter((one) => pool === undefined || one.pool === pool);
  if (volume === undefined) return mounted;
  const chosen = mounted.filter((one) => one.volume === volume);
  if (chosen.length > 0) return chosen;
  const { pools } = await loadConfiguration();
  const known = pools.filter(({ name }) => pool === undefined || name === pool).flatMap(({ volumes }) => volumes);
  if (known.includes(volume)) return [];
  throw new Failure('invalid', await unknown('volume', volume, [...known, ...mounted.map((one) => one.volume)]), {
    hint: 'gnt-gluster mount status',
  });
}

async function usersOfMount({ pool, volume }: Pick<Released, 'pool' | 'volume'>): Promise<readonly string[]> {
  const point = mountPoint(pool, volume);
  const isInside = (path: string): boolean => path === point || path.startsWith(`${point}/`);
  const devices = await ownLoopDevices(isInside);
  const images = devices.map((device) => `image ${imageOf(backingFile(device) ?? '')} (${device})`);
  return [...images, ...usersOf((path) => isInside(path) || devices.includes(path))];
}

function sentence(outcome: Released, dry: boolean): string {
  const { pool, volume, released } = outcome;
  if (!released) return `volume ${volume} of pool ${pool} stays mounted: it is in use by ${usersText(outcome)}`;
  return `${dry ? 'would unmount' : 'unmounted'} volume ${volume} of pool ${pool}`;
}

function usersText({ users }: Released): string {
  return users.length === 0 ? 'something that cannot be seen from here' : summarize(users);
}
