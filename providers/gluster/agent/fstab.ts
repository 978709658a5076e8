import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from '#src/errors.ts';
import { readIfThere, replaceShared } from '#src/files.ts';
import { withLock } from '#src/lock.ts';
import type { Signature } from './devices.ts';

const table = '/etc/fstab';

/** Where udev has links to devices by what /etc/fstab calls them. */
const links: Readonly<Record<string, string>> = {
  UUID: 'by-uuid',
  LABEL: 'by-label',
  PARTUUID: 'by-partuuid',
  PARTLABEL: 'by-partlabel',
};

/**
 * The lines of /etc/fstab that name a device: a node whose table names what is gone may not boot. `isIt`: whether a
 * path means that device; `signatures`: what it is called by UUID or label.
 */
export function namedInTable(
  isIt: (path: string) => boolean,
  signatures: readonly Signature[],
  text: string = readIfThere(table) ?? '',
): readonly string[] {
  const names = signatures.flatMap(({ uuid, label }) => [
    ...(uuid === undefined ? [] : [`UUID=${uuid}`]),
    ...(label === undefined ? [] : [`LABEL=${label}`]),
  ]);
  return text.split('\n').filter((line) => {
    const [source = ''] = line.trim().replaceAll('"', '').split(/\s+/);
    const [, tag = '', value = ''] = /^([A-Z]+)=(.+)$/.exec(source) ?? [];
    const path = links[tag] === undefined ? source : `/dev/disk/${links[tag]}/${value}`;
    return names.includes(source) || (path.startsWith('/') && isIt(path));
  });
}

/**
 * Mounts a file system at a new directory by `mount`, and has that done at every boot, before bricks are started. The
 * table of the node is as it was when that fails.
 */
export async function mountedAtBoot(id: string, directory: string, mount: () => Promise<void>): Promise<void> {
  for (const one of [dirname(directory), directory]) mkdirIfMissing(one);
  // A disk that died must not keep the node from booting, nor for long.
  const options = 'noatime,nofail,x-systemd.before=glusterd.service,x-systemd.device-timeout=30';
  const line = `UUID=${id} ${directory} xfs ${options} 0 0`;
  await withLock('fstab', 'change of /etc/fstab', async () => {
    const before = readIfThere(table) ?? '';
    // First: a mount that is gone after a reboot would be missed.
    writeTable(`${before === '' || before.endsWith('\n') ? before : `${before}\n`}${line}\n`);
    try {
      await mount();
    } catch (error) {
      writeTable(before);
      throw error;
    }
  });
}

function writeTable(text: string): void {
  replaceShared(table, text);
  // Programs of everybody read it.
  chmodSync(table, 0o644);
}

function mkdirIfMissing(path: string): void {
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
