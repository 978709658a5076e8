import {
  type Judged,
  judgeTrash,
  purge,
  purgeRemains,
  readTrash,
  type Trashed,
  withSize,
} from '#gluster/images/trash.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { requireImageName } from './image-name.ts';
import { listText } from './listing.ts';
import { describeTrash, notInTrash, trashFields } from './trash.ts';
import { lookAtEach, poolsOf, problemsOf, requireFound } from './volumes.ts';

/**
 * gnt-gluster trash purge [NAME]: what is kept for long enough, by more than one clock, or with --all everything. Says
 * what stays although its time is over by the clock of this node.
 */
export const trashPurge: Command = {
  name: 'trash purge',
  summary: 'permanently delete expired images, or every trashed copy of NAME',
  operands: ['[NAME]'],
  options: { pool: 'purge only in this pool' },
  flags: { all: 'purge everything, however new, and quarantined images too', ...dryRun },
  details: ['An image expires when the time of the key trash of its pool is over, by more than one clock.'],
  run: purgeTrash,
};

async function purgeTrash(input: CommandInput): Promise<Report> {
  const [name] = input.operands;
  if (name !== undefined) requireImageName(name);
  const dry = input.flags.has('dry-run');
  const kept: Kept[] = [];
  const chosen = (mounted: MountedVolume): readonly Trashed[] => {
    if (name !== undefined || input.flags.has('all')) return readTrash(mounted, name);
    const judged = judgeTrash(mounted, { remember: !dry });
    kept.push(...judged.flatMap(keptOf));
    return judged.filter(({ verdict }) => verdict.action === 'purge').map(withSize);
  };
  const looked = await lookAtEach(await poolsOf(input), async (mounted) => {
    if (!dry) purgeRemains(mounted);
    const meant = chosen(mounted);
    for (const trashed of meant) if (!dry) purge(trashed);
    return meant.map(describeTrash);
  });
  const purged = name === undefined ? looked.found : requireFound(looked, notInTrash(name));
  const sum = purged.reduce((bytes, { allocated }) => bytes + allocated, 0);
  const what = `${purged.length} ${purged.length === 1 ? 'image' : 'images'} of ${formatBytes(sum)}`;
  const done =
    purged.length === 0
      ? 'nothing to purge\n'
      : `${await listText(trashFields, purged)}\n${dry ? 'would purge' : 'purged'} ${what}\n`;
  const stays = kept.map(({ name: image, when, why }) => `${image} of ${when} stays: ${why}\n`);
  const advice = kept.length === 0 ? '' : 'if the clock of this node is right: gnt-gluster trash purge NAME\n';
  return { json: { dryRun: dry, purged, kept }, text: done + stays.join('') + advice, ...problemsOf(looked) };
}

type Kept = {
  readonly name: string;
  readonly volume: string;
  readonly when: string;
  readonly why: string;
};

function keptOf({ name, mounted, when, verdict }: Judged): readonly Kept[] {
  if (verdict.action !== 'keep') return [];
  return [{ name, volume: mounted.volume, when: when.toISOString(), why: verdict.why }];
}
