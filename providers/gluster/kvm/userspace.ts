import type { Image } from '#gluster/images/image.ts';
import { libraryUsers, lookAround } from '#gluster/images/users.ts';
import { Failure } from '#src/errors.ts';
import { summarize } from '#src/tools/processes.ts';

/**
 * Whether QEMU gets an image's file on the mount instead of a gluster:// address that it cannot use. The address is kept
 * with the guest, and the file has the same name on every node. Where Ganeti takes no such address gnt-gluster-kvm helps.
 */
export async function needsFile(): Promise<boolean> {
  const { hasGlusterDriver, takesAnyUri, usesChroot, usesWrapper } = await import('./driver.ts');
  if (!takesAnyUri()) return false;
  // The wrapper knows of each guest whether it runs in a chroot, where libgfapi would lose every brick that restarts.
  return (usesChroot() && !usesWrapper()) || !(await hasGlusterDriver());
}

/**
 * The same where only IPv6 leads to a server: a URI cannot tell QEMU of that without the help of gnt-gluster-kvm, see
 * ipv6.ts.
 */
export async function needsFileForIpv6(): Promise<boolean> {
  const { takesAnyUri, usesWrapper } = await import('./driver.ts');
  return takesAnyUri() && !usesWrapper();
}

/**
 * Throws a Failure of kind unsupported where Ganeti has a running QEMU set the size of an image that it opened by itself, as
 * Ganeti does from 3.1 on (ResizeBlockDevice of lib/hypervisor/hv_kvm/monitor.py). With sharding every client of a volume
 * adds what it believes to be missing to the size: grown by us and by QEMU an image gets larger than wanted.
 */
export async function requireOneGrower(image: Image): Promise<void> {
  const { takesAnyUri } = await import('./driver.ts');
  if (takesAnyUri()) return;
  // Through a device it is the device that QEMU sees grow; through the file both are one client of the volume.
  const users = libraryUsers(image.name, await lookAround());
  if (users.length === 0) return;
  throw new Failure(
    'unsupported',
    `image ${image.name} cannot grow while ${summarize(users)} has it open by libgfapi`,
    {
      hint: 'gnt-instance shutdown, gnt-instance grow-disk, gnt-instance startup',
    },
  );
}
