/** What a node's driver can be asked. */
export type Question =
  | { readonly ask: 'run'; readonly argv: readonly string[]; readonly environment: Readonly<Record<string, string>> }
  | { readonly ask: 'tree'; readonly roots: readonly Root[] }
  | { readonly ask: 'write'; readonly path: string; readonly offset: number; readonly mark: number }
  | { readonly ask: 'read'; readonly path: string; readonly offsets: readonly number[] }
  | { readonly ask: 'put'; readonly path: string; readonly text: string }
  | { readonly ask: 'here' };

/** What came of a program. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a node has now. */
export interface Here {
  /** Its loop devices: the inode is that of the file they lead to, whatever its path is by now. */
  readonly devices: readonly { readonly device: string; readonly inode: string; readonly file: string }[];
  readonly mounts: readonly string[];
  /** The images it remembers. */
  readonly records: readonly string[];
}

/**
 * A directory on a volume: on the mount, where files have the size and the inode that nodes see, and on the only brick,
 * where to list it costs next to nothing.
 */
export interface Root {
  readonly root: string;
  readonly brick: string;
}

/** An entry of a directory on a volume. */
export interface Entry {
  readonly root: string;
  readonly name: string;
  /** Of the file with the data; undefined when there is none. */
  readonly inode?: string;
  readonly size?: number;
  /** How many nodes have a lease, as the name of the file in `lease` says. */
  readonly leases: number;
}

/** How much one write writes. */
export const blockBytes = 4096;
