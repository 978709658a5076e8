import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { Failure } from '#src/errors.ts';
import { projectDirectory } from './layout.ts';
import type { LabNode } from './node.ts';

/** The directory of the built provider. */
export const built = `${projectDirectory}/build/out/ganeti-extstorage-gluster`;

/** Ganeti's own place for the provider. */
export const providerDirectory = '/usr/share/ganeti/extstorage/gluster';

/** Gives a node a copy of the built provider, so that a build meanwhile does not change what is tested. */
export function installProvider(node: LabNode, built: string): void {
  if (!existsSync(`${built}/attach`))
    throw new Failure('missing', `there is no ${built}/attach`, { hint: 'npm run build' });
  const seenFromHere = `/proc/${node.pid}/root${providerDirectory}`;
  rmSync(seenFromHere, { recursive: true, force: true });
  mkdirSync(seenFromHere, { recursive: true });
  cpSync(built, seenFromHere, { recursive: true, verbatimSymlinks: true });
}
