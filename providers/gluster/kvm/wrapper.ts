import { existsSync, realpathSync } from 'node:fs';
import { programDirectory } from '#src/program.ts';

/**
 * The program that starts guests for Ganeti with `gnt-gluster kvm enable`; it becomes QEMU. install.sh puts it beside
 * the one executable, wherever that is.
 */
export const wrapper = `${programDirectory()}/gnt-gluster-kvm`;

/** Whether a kvm_path is gnt-gluster-kvm, or a link to it. */
export function isWrapper(path: string): boolean {
  return path === wrapper || (existsSync(path) && existsSync(wrapper) && realpathSync(path) === realpathSync(wrapper));
}
