import type { Tell } from './key.ts';

/** Options this provider sets itself, or that would change what a disk may rely on. */
const reservedOptions = [
  'backup-volfile-servers',
  'backupvolfile-server',
  // Both would let a node read what it has kept of an image that another node has changed.
  'fopen-keep-cache',
  'kernel-writeback-cache',
  'log-file',
  'ro',
  'server-port',
  'volfile-server-port',
];

/** Reads options for mount.glusterfs; what is none, or is set by this provider, is told and left out. */
export function readMountOptions(options: readonly string[], tell: Tell): readonly string[] {
  return options.filter((option) => isMountOption(option, tell));
}

function isMountOption(option: string, tell: Tell): boolean {
  const [, key] = /^([a-z][a-z0-9-]*)(?:=[A-Za-z0-9./_:-]+)?$/.exec(option) ?? [];
  if (key === undefined) tell(`${JSON.stringify(option)} is not of the form option or option=value`);
  else if (reservedOptions.includes(key)) tell(`${key} is set by the provider`);
  else return true;
  return false;
}
