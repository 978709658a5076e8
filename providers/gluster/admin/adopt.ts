import type { Pool } from '#gluster/configuration/pool.ts';
import { adopt, examine, isUnfinished, sizes } from '#gluster/images/adopt.ts';
import { taken } from '#gluster/images/find.ts';
import { imageDirectory, readImage } from '#gluster/images/image.ts';
import { type MountedVolume, mountVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { withLock } from '#src/lock.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { requireImageName } from './image-name.ts';
import { eachVolume, poolsAndVolumes, poolsOf } from './volumes.ts';

/** gnt-gluster image adopt FILE NAME */
export const imageAdopt: Command = {
  name: 'image adopt',
  summary: 'turn a raw file on a volume into an image, without copying it',
  operands: ['FILE', 'NAME'],
  options: {
    pool: 'look for the volume only in this pool (default: in all)',
    volume: 'use this volume, if there are several',
  },
  flags: { 'round-up': 'enlarge the file to a whole MiB', ...dryRun },
  details: ['FILE is the path of the file from the root of the volume.'],
  run: adoptFile,
};

async function adoptFile(input: CommandInput): Promise<Report> {
  const [file = ''] = input.operands;
  const name = requireImageName(input.operands[1]);
  const [pool, volume] = volumeFor(await poolsOf(input), input.options.volume);
  const dry = input.flags.has('dry-run');
  return await withLock(name, 'adopt', async () => {
    await requireFree([pool], name);
    const mounted = await mountVolume(pool, volume);
    try {
      const foreign = await examine(mounted, file, input.flags.has('round-up'));
      if (!dry) adopt(mounted, name, foreign);
      const text = `${dry ? 'would turn' : 'turned'} ${foreign.path} (${sizes(foreign)}) on volume ${volume} into image ${name}\n`;
      return { json: { dryRun: dry, name, pool: pool.name, volume, from: foreign.path, size: foreign.rounded }, text };
    } finally {
      await mounted.release();
    }
  });
}

function volumeFor(pools: readonly Pool[], wanted: string | undefined): readonly [Pool, string] {
  const places = poolsAndVolumes(pools);
  const found = wanted === undefined ? places : places.filter(([, volume]) => volume === wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = places.map(([pool, volume]) => `--pool ${pool.name} --volume ${volume}`);
  throw new Failure('usage', found.length === 0 ? `no pool has a volume ${wanted}` : 'say which volume is meant', {
    problems: known,
    hint: 'gnt-gluster image adopt --help',
  });
}

async function requireFree(pools: readonly Pool[], name: string): Promise<void> {
  const volumes = await eachVolume(pools, async (mounted) => (isTaken(mounted, name) ? [mounted.volume] : []));
  if (volumes.length > 0) throw taken(name, volumes);
}

function isTaken(mounted: MountedVolume, name: string): boolean {
  return !isUnfinished(imageDirectory(mounted, name)) && readImage(mounted, name) !== undefined;
}
