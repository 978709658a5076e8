import { readImage } from '#gluster/images/image.ts';
import {
  bringBack,
  type Judged,
  judgeTrash,
  purge,
  purgeRemains,
  readTrash,
  type Trashed,
} from '#gluster/images/trash.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { Failure } from '#src/errors.ts';
import { withLock } from '#src/lock.ts';
import { isImageName } from '#src/request.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, onlyPool, poolOfImage, type Report, type Value } from './command.ts';
import { table } from './table.ts';
import { eachVolume, isComplete, lookAtEach, poolsOf, problemsOf, requireFound } from './volumes.ts';

/** gnt-gluster trash list */
export const trashList: Command = {
  name: 'trash list',
  summary: 'list the removed images that can be brought back, and when they are purged',
  operands: [],
  options: onlyPool,
  run: listTrash,
};

async function listTrash(input: CommandInput): Promise<Report> {
  const looked = await lookAtEach(await poolsOf(input), async (mounted) => readTrash(mounted).map(describe));
  const { found } = looked;
  const text = found.length > 0 ? await tableOf(found) : isComplete(looked) ? 'the trash is empty\n' : '';
  return { json: found, text, ...problemsOf(looked) };
}

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
  details: ['An image expires when its pool kept it for long enough, by more than one clock.'],
  run: purgeTrash,
};

async function purgeTrash(input: CommandInput): Promise<Report> {
  const [name] = input.operands;
  if (name !== undefined) requireName(name);
  const dry = input.flags.has('dry-run');
  const kept: Kept[] = [];
  const chosen = (mounted: MountedVolume): readonly Trashed[] => {
    if (name !== undefined || input.flags.has('all')) return readTrash(mounted, name);
    const judged = judgeTrash(mounted, { remember: !dry });
    kept.push(...judged.flatMap(keptOf));
    return judged.filter(({ verdict }) => verdict.action === 'purge');
  };
  const looked = await lookAtEach(await poolsOf(input), async (mounted) => {
    if (!dry) purgeRemains(mounted);
    const meant = chosen(mounted);
    for (const trashed of meant) if (!dry) purge(trashed);
    return meant.map(describe);
  });
  const purged = name === undefined ? looked.found : requireFound(looked, notInTrash(name));
  const sum = purged.reduce((bytes, { allocated }) => bytes + allocated, 0);
  const what = `${purged.length} ${purged.length === 1 ? 'image' : 'images'} of ${formatBytes(sum)}`;
  const done =
    purged.length === 0
      ? 'nothing to purge\n'
      : `${await tableOf(purged)}\n${dry ? 'would purge' : 'purged'} ${what}\n`;
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

/** gnt-gluster image undelete NAME: the one that was removed last, or the one of a time. */
export const imageUndelete: Command = {
  name: 'image undelete',
  summary: 'bring an image back from the trash: the one removed last',
  operands: ['NAME'],
  options: { ...poolOfImage, time: 'bring back the one removed at this time, as trash list shows it' },
  flags: dryRun,
  run: undelete,
};

async function undelete(input: CommandInput): Promise<Report> {
  const [name = ''] = input.operands;
  requireName(name);
  const dry = input.flags.has('dry-run');
  return await withLock(name, 'undelete', async () => {
    const pools = await poolsOf(input);
    const existing = await eachVolume(pools, async (mounted) => {
      return readImage(mounted, name) === undefined ? [] : [mounted.volume];
    });
    if (existing.length > 0)
      throw new Failure('exists', `there is an image ${name} already, on volume ${existing.join(', ')}`, {
        hint: `gnt-gluster image info ${name}`,
      });
    const all = await eachVolume(pools, async (mounted) => readTrash(mounted, name).map(describe));
    const chosen = choose(all, input.options.time);
    if (chosen === undefined) throw notInTrash(name, input.options.time, all);
    const brought = await eachVolume(pools, async (mounted) => {
      const found = readTrash(mounted, name).filter(
        (trashed) =>
          describe(trashed).path === chosen.path &&
          trashed.mounted.volume === chosen.volume &&
          trashed.mounted.pool.name === chosen.pool,
      );
      for (const trashed of found) if (!dry) await bringBack(trashed);
      return found.map(describe);
    });
    if (brought.length === 0) throw notInTrash(name);
    const text = `${dry ? 'would bring back' : 'brought back'} ${name} of ${chosen.when}, ${formatBytes(chosen.size)}, on volume ${chosen.volume}\n`;
    return { json: { dryRun: dry, image: chosen }, text };
  });
}

type Described = ReturnType<typeof describe>;

function describe({ name, mounted, directory, size, allocated, reason, when, node, until }: Trashed) {
  return {
    name,
    pool: mounted.pool.name,
    volume: mounted.volume,
    path: directory.slice(mounted.path.length + 1),
    size,
    allocated,
    reason,
    when: when.toISOString(),
    node,
    purged: until?.toISOString() ?? null,
  } satisfies Value;
}

function choose(all: readonly Described[], time: string | undefined): Described | undefined {
  const candidates = time === undefined ? all : all.filter(({ when }) => when === time);
  return candidates.toSorted((one, other) => one.when.localeCompare(other.when)).at(-1);
}

async function tableOf(found: readonly Described[]): Promise<string> {
  const headings = ['Image', 'Pool/volume', 'Size', 'Allocated', 'Why', 'When', 'Age', 'By', 'Purged'];
  const rows = found.map(({ name, pool, volume, size, allocated, reason, when, node, purged }) => [
    name,
    `${pool}/${volume}`,
    formatBytes(size),
    formatBytes(allocated),
    reason,
    when,
    formatAge(Date.now() - Date.parse(when)),
    node,
    purged === null ? 'by hand' : Date.parse(purged) <= Date.now() ? 'next' : purged,
  ]);
  return await table(headings, rows);
}

/** A time for people, in its two largest units: `3 d 4 h`, `5 min`. Nothing is negative: clocks of nodes differ. */
export function formatAge(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours > 0) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${minutes} min`;
}

function requireName(name: string): void {
  if (!isImageName(name)) throw new Failure('invalid', `${JSON.stringify(name)} cannot be the name of an image`);
}

function notInTrash(name: string, time?: string, all: readonly Described[] = []): Failure {
  const when = time === undefined ? '' : ` of ${time}`;
  return new Failure('missing', `no image ${name}${when} is in the trash`, {
    problems: all.map((trashed) => `there is one of ${trashed.when} on volume ${trashed.volume}`),
    hint: 'gnt-gluster trash list',
  });
}
