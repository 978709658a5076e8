import { taken } from '#gluster/images/find.ts';
import { readImage } from '#gluster/images/image.ts';
import { bringBack, readTrash } from '#gluster/images/trash.ts';
import { withLock } from '#src/lock.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, poolOfImage, type Report } from './command.ts';
import { requireImageName } from './image-name.ts';
import { type DescribedTrash, describeTrash, notInTrash } from './trash.ts';
import { eachVolume, poolsOf } from './volumes.ts';

/** gnt-gluster image undelete NAME: the one that was removed last, or the one of a time. */
export const imageUndelete: Command = {
  name: 'image undelete',
  summary: 'bring an image back from the trash',
  operands: ['NAME'],
  options: { ...poolOfImage, time: 'bring back the one removed at this time, as trash list shows it' },
  flags: dryRun,
  details: ['Of several images of the name it brings back the one that was removed last.'],
  run: undelete,
};

async function undelete(input: CommandInput): Promise<Report> {
  const name = requireImageName(input.operands[0]);
  const dry = input.flags.has('dry-run');
  return await withLock(name, 'undelete', async () => {
    const pools = await poolsOf(input);
    const existing = await eachVolume(pools, async (mounted) => {
      return readImage(mounted, name) === undefined ? [] : [mounted.volume];
    });
    if (existing.length > 0) throw taken(name, existing);
    const all = await eachVolume(pools, async (mounted) => readTrash(mounted, name).map(describeTrash));
    const chosen = choose(all, input.options.time);
    if (chosen === undefined) throw notInTrash(name, input.options.time, all);
    const brought = await eachVolume(pools, async (mounted) => {
      const found = readTrash(mounted, name).filter(
        (trashed) =>
          describeTrash(trashed).path === chosen.path &&
          trashed.mounted.volume === chosen.volume &&
          trashed.mounted.pool.name === chosen.pool,
      );
      for (const trashed of found) if (!dry) await bringBack(trashed);
      return found.map(describeTrash);
    });
    if (brought.length === 0) throw notInTrash(name);
    const text = `${dry ? 'would bring back' : 'brought back'} ${name} of ${chosen.when}, ${formatBytes(chosen.size)}, on volume ${chosen.volume}\n`;
    return { json: { dryRun: dry, image: chosen }, text };
  });
}

function choose(all: readonly DescribedTrash[], time: string | undefined): DescribedTrash | undefined {
  const candidates = time === undefined ? all : all.filter(({ when }) => when === time);
  return candidates.toSorted((one, other) => one.when.localeCompare(other.when)).at(-1);
}
