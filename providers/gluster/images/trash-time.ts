import { readFileSync } from 'node:fs';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import { type Clock, knowledgeOfNodes, otherClocks } from '#gluster/leases/published-runs.ts';
import { errnoOf } from '#src/errors.ts';
import { parseObject, readIfThere, replaceShared } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';

/**
 * No clock alone may empty the trash: one that is ahead would, for the whole cluster and for ever. The volume has none
 * to ask. With features.ctime, which is on by default, GlusterFS gives every file the time of the client that makes,
 * renames or changes it, never that of a brick (tried on 10.3 with a client 30 days ahead: create, mkdir, rename, link,
 * chmod and setxattr). So what counts is when other nodes were last heard of, by their clocks, and how long this node
 * has been running while an entry was there.
 */
export interface Clocks {
  /** This node's clock: milliseconds since 1970. */
  readonly now: number;
  /** For how long this node has been running: milliseconds that really went by, whatever its clock says. */
  readonly uptime: number;
  /** When each other machine was last heard of, by its own clock. */
  readonly others: readonly Clock[];
}

/** What this run of the node remembers of an entry of the trash. */
export interface Sighting {
  /** The uptime at which it was there first. */
  readonly seen: number;
  /** The uptime at which its time was over first, by this node's clock, and what other nodes' clocks said then. */
  readonly expired?: { readonly at: number; readonly others: readonly Clock[] };
}

export type Verdict =
  | { readonly action: 'purge' }
  | { readonly action: 'wait' }
  | { readonly action: 'keep'; readonly why: string; readonly disagree: boolean };

/** What a clock that is wrong at first, as after the start of a machine, has to be put right. */
const secondClockPatience = 24 * 3_600_000;

/**
 * Whether an entry that is kept for `keep` milliseconds, until `until`, is purged. Its time is over when this node's
 * clock says so and one more witness does:
 *
 * - the clock of another machine; or
 * - this node has been running for all of `keep` while the entry was there; or
 * - this node's clock has said so for a day of real time, or for `keep` if that is shorter.
 *
 * A machine that was heard of meanwhile, and by whose clock it is too early, forbids it, unless `keep` really went by.
 */
export function judge(
  { until, keep }: { readonly until: number; readonly keep: number },
  { now, uptime, others }: Clocks,
  { seen, expired }: Sighting,
): Verdict {
  if (now < until) return { action: 'wait' };
  if (uptime - seen >= keep) return { action: 'purge' };
  const before = expired?.others ?? others;
  const denying = others.find(
    ({ boot, at }) => at < until && before.every((old) => old.boot !== boot || old.at !== at),
  );
  if (denying !== undefined)
    return {
      action: 'keep',
      why: `its time is not over by the clock of ${denying.node}: the clocks disagree`,
      disagree: true,
    };
  if (others.some(({ at }) => at >= until)) return { action: 'purge' };
  const left = Math.min(keep, secondClockPatience) - (expired === undefined ? 0 : uptime - expired.at);
  if (left <= 0) return { action: 'purge' };
  const hours = Math.ceil(left / 3_600_000);
  const why = `only the clock of this node says that its time is over: it stays until another clock agrees, or for ${hours} h`;
  return { action: 'keep', why, disagree: false };
}

/**
 * What the clocks say now, about a directory of images. Others are asked only if `need` is set: each costs a question.
 */
export function clocksOf(imagesDirectory: string, need: boolean): Clocks {
  // Not the clock of the process, which can be set, nor its monotonic one, which stops while the machine sleeps.
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  return {
    now: Date.now(),
    uptime,
    others: need ? otherClocks(imagesDirectory, knowledgeOfNodes(imagesDirectory)) : [],
  };
}

/** What is remembered of an entry after a look at it. */
export function sight(before: Sighting | undefined, until: number, { now, uptime, others }: Clocks): Sighting {
  const seen = before?.seen ?? uptime;
  return now < until ? { seen } : { seen, expired: before?.expired ?? { at: uptime, others } };
}

/** What this run of the node remembers of the entries of a trash, by their names. */
export function readSightings(imagesDirectory: string): ReadonlyMap<string, Sighting> {
  const memory = parseObject(readIfThere(pathOf(imagesDirectory)) ?? '');
  if (memory === undefined || memory.boot !== thisNode().boot || !Array.isArray(memory.entries)) return new Map();
  // Written by this program in this run of the node.
  return new Map(memory.entries as readonly (readonly [string, Sighting])[]);
}

/** Remembers what was seen, and forgets all else. No room for it in /run is no reason to fail. */
export function writeSightings(imagesDirectory: string, sightings: ReadonlyMap<string, Sighting>): void {
  try {
    makeRunDirectory('nodes');
    replaceShared(pathOf(imagesDirectory), JSON.stringify({ boot: thisNode().boot, entries: [...sightings] }));
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
  }
}

function pathOf(imagesDirectory: string): string {
  return `${runDirectory}/nodes/trash@${imagesDirectory.replaceAll('/', '@').slice(-200)}`;
}
