import type { Preallocation } from '#src/tools/qemu-img.ts';
import type { Reserve } from './values.ts';

/** A Gluster server and the port of its glusterd. */
export interface Server {
  /** A name or an address, one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The volumes the provider places images on, and how this node reaches them. */
export interface Pool {
  readonly name: string;
  /** In the order of preference. Empty: the servers of the volume are asked of the glusterd of this node. */
  readonly servers: readonly Server[];
  readonly volumes: readonly string[];
  /** The directory inside each volume that holds the images, relative, one or more components. */
  readonly directory: string;
  /** More options for mount.glusterfs. */
  readonly mountOptions: readonly string[];
  readonly preallocation: Preallocation;
  /** What new images leave free on each volume. */
  readonly reserve: Reserve;
  /** How many times the size of a volume its images may have together; undefined: any. */
  readonly overcommit: number | undefined;
  /** For how many milliseconds a removed image can be brought back; 0: it is deleted at once. */
  readonly trash: number;
}

/** What holds without a configuration file: the volume `ganeti` of the glusterd of this node. */
export const builtinPool: Pool = {
  name: 'default',
  servers: [],
  volumes: ['ganeti'],
  directory: 'images',
  mountOptions: [],
  preallocation: 'off',
  reserve: { percent: 5, bytes: 0 },
  overcommit: undefined,
  trash: 0,
};
