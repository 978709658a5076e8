import { readIfThere } from '#src/files.ts';
import { entriesOf } from '#src/trees.ts';
import { isChrooted, namesLibrary } from './chroot.ts';

/** Where Ganeti keeps what belongs to running guests of KVM (_ROOT_DIR of lib/hypervisor/hv_kvm). */
const guestsDirectory = '/run/ganeti/kvm-hypervisor';

/** A running guest of this node. */
export interface RunningGuest {
  readonly instance: string;
  readonly pid: string;
}

/** A running guest, and what is known of its disks. */
export interface Guest extends RunningGuest {
  /** What it has open, as its QEMU says now: files, devices and addresses. undefined: it gave no answer in time. */
  readonly files: readonly string[] | undefined;
  /** What Ganeti last noted of it; stands for `files` where there is no answer. */
  readonly noted: string;
}

/**
 * Asks all running guests of this node what they have open, by whichever way. Neither the arguments of QEMU nor
 * Ganeti's runtime files tell that for sure: disks come and go while a guest runs, and a guest may take its time to let
 * go. Nor does the access of a call: a guest keeps the way it was started with.
 */
export async function askGuests(): Promise<readonly Guest[]> {
  const running = runningGuests();
  if (running.length === 0) return [];
  const { openFiles } = await import('./monitor.ts');
  return await Promise.all(
    running.map(async (guest) => ({
      ...guest,
      files: await openFiles(`${guestsDirectory}/ctrl/${guest.instance}.qmp`),
      noted: readIfThere(`${guestsDirectory}/conf/${guest.instance}.runtime`) ?? '',
    })),
  );
}

/** The running guests of this node that use libgfapi in a chroot, as they were started: see chroot.ts. */
export function libraryGuestsInChroot(): readonly RunningGuest[] {
  return runningGuests().filter(({ pid }) => {
    const args = readIfThere(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
    return isChrooted(args) && namesLibrary(args);
  });
}

/** Ganeti's guests on this node whose QEMU runs (_InstancePidFile of lib/hypervisor/hv_kvm). */
function runningGuests(): readonly RunningGuest[] {
  return entriesOf(`${guestsDirectory}/pid`).flatMap((instance) => {
    const pid = readIfThere(`${guestsDirectory}/pid/${instance}`)?.trim() ?? '';
    const runs = /^\d+$/.test(pid) && readIfThere(`/proc/${pid}/cmdline`)?.includes(instance);
    return runs ? [{ instance, pid }] : [];
  });
}
