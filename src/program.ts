import { basename, dirname } from 'node:path';
import packageFile from '../package.json' with { type: 'json' };

/** The version of all that this project installs. */
export const { version } = packageFile;

const name = 'ganeti-extstorage-gluster';

/** Where the executable that runs now lies; that of the Debian package where it is no executable, as in tests. */
export function programDirectory(): string {
  // What an upgrade replaced while it runs is called like that.
  const execPath = process.execPath.replace(/ \(deleted\)$/, '');
  return basename(execPath) === name ? dirname(execPath) : `/usr/lib/${name}`;
}

/** The one executable. install.sh puts it at the same place on every node. */
export const program = `${programDirectory()}/${name}`;
