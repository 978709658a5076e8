/**
 * Whether arguments have QEMU shut itself up in a directory once it has opened its disks: Ganeti's use_chroot. QEMU 8.1
 * has a new name for `-chroot`, and QEMU 9.0 no longer has the old one.
 *
 * In there libgfapi finds neither resolver nor hosts file, and glusterd names the bricks as `gluster volume create` was
 * told, whatever servers QEMU was given: a brick that restarts is lost to the guest for ever. A file stays open.
 */
export function isChrooted(args: readonly string[]): boolean {
  return args.some((argument, index) => {
    if (argument === '-chroot') return true;
    return args[index - 1] === '-run-with' && argument.split(',').some((option) => option.startsWith('chroot='));
  });
}

/** Whether arguments have QEMU open an image through libgfapi by itself. */
export function namesLibrary(args: readonly string[]): boolean {
  return args.some((argument) =>
    /(?:^|,)(?:file=gluster(?:\+\w+)?:\/\/|(?:file\.)*driver=gluster(?:,|$))/.test(argument),
  );
}

/** The instance that QEMU is to run, as Ganeti names it to QEMU. */
export function instanceIn(args: readonly string[]): string | undefined {
  const index = args.indexOf('-name');
  return index < 0 ? undefined : args[index + 1]?.split(',')[0];
}
