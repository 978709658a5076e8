import type { Tell } from './key.ts';

/** What a pool, a volume and each directory may be called: one path component that no tool takes for anything else. */
export function isPlainName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(value);
}

/** The rule of isPlainName, as in `parameter pool must ...`. */
export const plainNameRule = 'must start with a letter, a digit or _ and hold at most 100 of A-Z a-z 0-9 . _ -';

/** Whether a value is the directory of a pool: one or more names joined by a slash. */
export function isDirectory(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200 && value.split('/').every(isPlainName);
}

/** Reads the names of the volumes of a pool. There is one at least, and none twice; all else is told. */
export function readVolumes(volumes: readonly string[], tell: Tell): readonly string[] {
  if (volumes.length === 0) tell('name at least one volume');
  for (const volume of volumes)
    if (!isPlainName(volume)) tell(`${JSON.stringify(volume)} cannot be the name of a volume`);
  if (new Set(volumes).size < volumes.length) tell('the same volume is listed twice');
  return volumes;
}

/** Reads the names of node groups. There is one at least, and none twice; all else is told. */
export function readNodeGroups(groups: readonly string[], tell: Tell): readonly string[] {
  if (groups.length === 0) tell('name at least one group, or leave it out for all');
  // Ganeti takes any text but an empty one (TNonEmptyString of lib/opcodes.py), and tells its nodes one a line.
  for (const group of groups)
    if (!/^\P{Cc}+$/u.test(group)) tell(`${JSON.stringify(group)} cannot be the name of a node group`);
  if (new Set(groups).size < groups.length) tell('the same group is listed twice');
  return groups;
}
