/**
 * Whether QEMU gets an image's file on the mount instead of a gluster:// address that it cannot use. The address is
 * kept with the guest, and the file has the same name on every node. Where Ganeti takes no such address gnt-gluster-kvm
 * helps.
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
