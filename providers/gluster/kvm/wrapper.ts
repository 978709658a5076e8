import { existsSync, realpathSync } from 'node:fs';

/** The program that starts guests for Ganeti with `gnt-gluster kvm enable`; it becomes QEMU. */
export const wrapper = '/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm';

/** Whether a kvm_path is gnt-gluster-kvm, or a link to it. */
export function isWrapper(path: string): boolean {
  return path === wrapper || (existsSync(path) && existsSync(wrapper) && realpathSync(path) === realpathSync(wrapper));
}
