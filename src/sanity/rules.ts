import type { Group } from './rule.ts';
import { attach } from './rules/attach.ts';
import { concurrency } from './rules/concurrency.ts';
import { create } from './rules/create.ts';
import { detach } from './rules/detach.ts';
import { environment } from './rules/environment.ts';
import { grow } from './rules/grow.ts';
import { hostileValues } from './rules/hostile.ts';
import { layout } from './rules/layout.ts';
import { open } from './rules/open.ts';
import { remove } from './rules/remove.ts';
import { reporting } from './rules/reporting.ts';
import { sequences } from './rules/sequences.ts';
import { setinfo } from './rules/setinfo.ts';
import { snapshot } from './rules/snapshot.ts';
import { usage } from './rules/usage.ts';

/** All rules, in the order in which they are checked. */
export const groups: readonly Group[] = [
  ...[layout, usage, environment],
  ...[create, attach, detach, grow, setinfo, snapshot, open, remove],
  ...[sequences, concurrency, reporting, hostileValues],
];
