import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * The program that starts guests for Ganeti with `gnt-gluster kvm enable`; it becomes QEMU. install.sh puts it beside
 * the one executable, wherever that is.
 */
export const wrapper = `${libraryDirectory()}/gnt-gluster-kvm`;

/** Whether a kvm_path is gnt-gluster-kvm, or a link to it. */
export function isWrapper(path: string): boolean {
  return path === wrapper || (existsSync(path) && existsSync(wrapper) && realpathSync(path) === realpathSync(wrapper));
}

/** Where the executable that runs now lies; that of the Debian package where it is no executable, as in tests. */
function libraryDirectory(): string {
  // What an upgrade replaced while it runs is called like that.
  const execPath = process.execPath.replace(/ \(deleted\)$/, '');
  const name = 'ganeti-extstorage-gluster';
  return basename(execPath) === name ? dirname(execPath) : `/usr/lib/${name}`;
}
