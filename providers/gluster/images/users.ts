import { askGuests, type Guest } from '#gluster/kvm/guests.ts';
import { Failure } from '#src/errors.ts';
import { kernelUsers } from '#src/tools/losetup.ts';
import { describeProcess, type Process, processes, summarize } from '#src/tools/processes.ts';
import type { Image } from './image.ts';

/**
 * Who uses an image on this node is asked here and nowhere else: of the kernel what processes have open, and of every
 * running guest what its QEMU has open. A guest that has an image by libgfapi has neither a file nor a device open that
 * would tell.
 */
export interface Activity {
  readonly processes: readonly Process[];
  readonly guests: readonly Guest[];
}

/** What this node does now. One look serves any number of images. */
export async function lookAround(): Promise<Activity> {
  return { guests: await askGuests(), processes: processes() };
}

/** The end of the path of an image's file, by which users name it, whatever the mount or the address before it. */
export function tailOf(name: string): string {
  return `${name}/disk`;
}

/**
 * What uses a file of a volume on this node, itself or through some loop devices: guests, processes and mounts, for a
 * sentence. The file is known by the end of its path: the volume may be mounted twice. Of a guest that answered its
 * answer counts, and not the arguments it was started with.
 */
export function usersOfFile(
  tail: string,
  devices: readonly string[],
  { processes: running, guests }: Activity,
): readonly string[] {
  const using = guests.filter((guest) => hasOpen(guest, tail));
  const told = new Set(using.map(({ pid }) => pid));
  const answered = new Set(guests.filter(({ files }) => files !== undefined).map(({ pid }) => pid));
  const others = running.filter(
    ({ pid, argv, opens }) =>
      !told.has(pid) &&
      (opens.some((path) => path.endsWith(`/${tail}`) || devices.includes(path)) ||
        (!answered.has(pid) && argv.some((argument) => isGlusterFile(argument, tail)))),
  );
  return [
    ...using.map(({ instance, pid }) => `${instance} (pid ${pid})`),
    ...others.map(describeProcess),
    ...devices.flatMap(kernelUsers),
  ];
}

/** What has an image open without a device: by libgfapi or as a file. Its lease must outlive them. */
export function usersWithoutDevice(name: string, activity: Activity): readonly string[] {
  return usersOfFile(tailOf(name), [], activity);
}

/** What has an image open by libgfapi, for a sentence; not what has its file on a mount, or a device. */
export function libraryUsers(name: string, { processes: running, guests }: Activity): readonly string[] {
  const names = (texts: readonly string[]): boolean => texts.some((text) => isGlusterFile(text, tailOf(name)));
  const using = guests.filter(({ files, noted }) => names(files ?? noted.split('"')));
  const known = new Set([...using, ...guests.filter(({ files }) => files !== undefined)].map(({ pid }) => pid));
  const others = running.filter(({ pid, argv }) => !known.has(pid) && names(argv));
  return [...using.map(({ instance, pid }) => `${instance} (pid ${pid})`), ...others.map(describeProcess)];
}

/** Whether an argument of QEMU names a file on Gluster, by its address or as kvm/rewrite.ts writes it. */
export function isGlusterFile(argument: string, tail: string): boolean {
  return /gluster:\/\/|driver"?[=:] *"?gluster/.test(argument) && mentions(argument, tail);
}

function hasOpen({ files, noted }: Guest, tail: string): boolean {
  return files === undefined ? mentions(noted, tail) : files.some((file) => mentions(file, tail));
}

/** Whether a text holds the end of a path, from the beginning of one of its parts on. */
export function mentions(text: string, tail: string): boolean {
  for (let at = text.indexOf(tail); at >= 0; at = text.indexOf(tail, at + 1))
    if (at === 0 || /[/="']/.test(text[at - 1] ?? '')) return true;
  return false;
}

/**
 * Throws a Failure of kind unsupported where Ganeti has a running QEMU set the size of an image that it opened by
 * itself, as Ganeti does from 3.1 on (ResizeBlockDevice of lib/hypervisor/hv_kvm/monitor.py). With sharding every
 * client of a volume adds what it believes to be missing to the size: grown by us and by QEMU an image gets larger than
 * wanted.
 */
export async function requireOneGrower(image: Image): Promise<void> {
  const { takesAnyUri } = await import('#gluster/kvm/driver.ts');
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
