import { basename } from 'node:path';
import { workerVariable } from '#src/supervise.ts';

/** The entry file of each name the one executable is called by; each is loaded only when it is meant. */
const entries: Readonly<Record<string, () => Promise<unknown>>> = {
  create: () => import('./create.ts'),
  attach: () => import('./attach.ts'),
  detach: () => import('./detach.ts'),
  remove: () => import('./remove.ts'),
  grow: () => import('./grow.ts'),
  setinfo: () => import('./setinfo.ts'),
  verify: () => import('./verify.ts'),
  snapshot: () => import('./snapshot.ts'),
  open: () => import('./open.ts'),
  close: () => import('./close.ts'),
  watch: () => import('./watch.ts'),
  'gnt-gluster': () => import('./gnt-gluster.ts'),
};

// A name that is a symbolic link to this executable is argv0. What files/run-verb or a supervisor starts has the name
// of the executable itself, and is told by a variable.
const entry = entries[basename(process.argv0)] ?? entries[process.env[workerVariable] ?? ''] ?? entries['gnt-gluster'];
void entry?.();
