import { readdirSync, writeFileSync } from 'node:fs';
import { errnoOf } from '#src/errors.ts';
import { readIfThere, removeFileIfThere } from '#src/files.ts';
import { makeRunDirectory, runDirectory } from '#src/run-directory.ts';

/**
 * What this run of the node remembers of the runs it met on volumes. Each file holds the run that wrote it, so that one
 * of an earlier run is not believed.
 */
const directory = `${runDirectory}/nodes`;

/** Whether a run of this node made itself known in a directory of images. */
export function hasPublished(imagesDirectory: string, boot: string): boolean {
  return readIfThere(publishedPath(imagesDirectory)) === boot;
}

/** Remembers that a run of this node made itself known in a directory of images. */
export function rememberPublished(imagesDirectory: string, boot: string): void {
  remember(publishedPath(imagesDirectory), boot);
}

/** The runs that were remembered as those of another machine with the identity of this node. */
export function runsOfTwins(boot: string): readonly string[] {
  const twins = entries().filter((entry) => entry.startsWith('twin@') && readIfThere(`${directory}/${entry}`) === boot);
  return twins.map((entry) => entry.slice('twin@'.length));
}

/** Remembers a run as one of another machine with the identity of this node, whose run is `boot`. */
export function rememberTwin(twin: string, boot: string): void {
  remember(`${directory}/twin@${twin}`, boot);
}

/** No room for it in /run is no reason to fail. */
function remember(path: string, boot: string): void {
  try {
    makeRunDirectory('nodes');
    writeFileSync(path, boot, { mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC') throw error;
    removeFileIfThere(path);
  }
}

function entries(): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function publishedPath(imagesDirectory: string): string {
  return `${directory}/published@${imagesDirectory.replaceAll('/', '@').slice(-200)}`;
}
