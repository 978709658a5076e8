import type { KvmInstance } from '#gluster/ganeti/hypervisor.ts';
import { takesAnyUri } from '#gluster/kvm/driver.ts';
import { isWrapper } from '#gluster/kvm/wrapper.ts';

/** What use_chroot=true means for disks by libgfapi: see chroot.ts. `exposed` run on this node that way. */
export function chrootNotes(instances: readonly KvmInstance[], exposed: readonly string[]): readonly string[] {
  const inChroot = instances.filter(({ chroot, template }) => chroot && template === 'ext');
  const names = (ours: boolean): string =>
    inChroot
      .filter(({ path }) => isWrapper(path) === ours)
      .map(({ instance }) => instance)
      .join(', ');
  const [withWrapper, without, running] = [names(true), names(false), exposed.join(', ')];
  return [
    ...(withWrapper === ''
      ? []
      : [`With use_chroot=true and access=userspace these use the image's file on the mount: ${withWrapper}`]),
    ...(without === ''
      ? []
      : [
          `With use_chroot=true and access=userspace these lose every brick that restarts: ${without}`,
          'hint: gnt-gluster kvm enable; or gnt-instance modify -H use_chroot=false INSTANCE',
        ]),
    ...(running === ''
      ? []
      : [
          `These run on this node with libgfapi in a chroot, and lose every brick that restarts: ${running}`,
          'hint: gnt-gluster kvm enable, then gnt-instance migrate INSTANCE; or shut it down and start it',
        ]),
  ];
}

/** Which way a guest with userspace access goes that starts on this node, a sentence. */
export function wayHere(enabled: boolean, driver: boolean): string {
  if (!enabled && !takesAnyUri())
    return 'With access=userspace no guest can start on this node: Ganeti 3.1 needs the wrapper for that.';
  const guest = 'With access=userspace a guest that starts on this node';
  if (driver) return `${guest} uses QEMU's gluster driver.`;
  return `${guest} uses the image's file on the mount: QEMU here has no gluster driver (qemu-block-extra in Debian).`;
}
