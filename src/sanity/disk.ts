import { randomUUID } from 'node:crypto';

/** A disk as Ganeti knows it; to the provider it is an image. */
export interface Disk {
  readonly name: string;
  readonly uuid: string;
  /** The administrator's name for it, if it has one. */
  readonly label?: string;
}

/** A disk that does not exist yet, with the kind of name Ganeti makes. */
export function newDisk(): Disk {
  return { name: `${randomUUID()}.ext.disk0`, uuid: randomUUID() };
}

/** The disk that a backup makes of a disk. */
export function snapshotOf(disk: Disk): Disk {
  return { ...disk, name: `${disk.name}.snap` };
}

/** The variables that say which disk is meant. */
export function identity({ name, uuid, label }: Disk): Readonly<Record<string, string>> {
  return { VOL_NAME: name, VOL_UUID: uuid, ...(label === undefined ? {} : { VOL_CNAME: label }) };
}
