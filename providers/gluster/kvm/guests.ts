import { readIfThere } from '../../../src/files.ts';
import type { Image } from '../images.ts';
import { entriesOf } from '../trees.ts';
import { isChrooted, namesLibrary } from './chroot.ts';
import { openFiles } from './monitor.ts';

/** Where Ganeti keeps what belongs to running guests of KVM (_ROOT_DIR of lib/hypervisor/hv_kvm). */
const guestsDirectory = '/run/ganeti/kvm-hypervisor';

/** A running guest of this node. */
export interface RunningGuest {
  readonly instance: string;
  readonly pid: string;
}

/** What the running guests of this node say of an image. */
export interface Asked {
  /** Those that have it open. Of one that gives no answer what Ganeti knows of it counts. */
  readonly using: readonly RunningGuest[];
  /** Those that answered and do not have it open, whatever they were started with. */
  readonly without: readonly RunningGuest[];
}

/**
 * Asks all running guests of this node whether they have an image open, by whichever way. Neither the arguments of QEMU nor
 * Ganeti's runtime files tell that for sure: disks come and go while a guest runs, and a guest may take its time to let go.
 */
export async function askGuests(image: Pick<Image, 'name' | 'path' | 'mounted'>): Promise<Asked> {
  const answers = await Promise.all(
    runningGuests().map(async (guest) => {
      const files = await openFiles(`${guestsDirectory}/ctrl/${guest.instance}.qmp`);
      const has = (file: string): boolean => file.includes(image.path) && file.includes(image.mounted.volume);
      return { guest, has: files === undefined ? undefined : files.some(has) };
    }),
  );
  const known = ({ instance }: RunningGuest): boolean =>
    readIfThere(`${guestsDirectory}/conf/${instance}.runtime`)?.includes(image.name) ?? false;
  return {
    using: answers.filter(({ guest, has }) => has ?? known(guest)).map(({ guest }) => guest),
    without: answers.filter(({ has }) => has === false).map(({ guest }) => guest),
  };
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
