import { Failure } from '#src/errors.ts';
import { summarize } from '#src/tools/processes.ts';
import { type Attachment, type Here, type ImageFile, isStale } from './attachments.ts';
import { detachDevice } from './devices.ts';
import { deviceUsers } from './loops.ts';
import { forgetOpened } from './records.ts';

/**
 * Throws a Failure of kind busy when a device of this node has another file than the image. Nothing was written then,
 * and attach, which Ganeti calls before open, replaces the device unless somebody has it open.
 */
export function requireCurrent(image: ImageFile, { name, attachments }: Here): void {
  const stale = attachments.filter((attachment) => isStale(attachment, image));
  if (stale.length === 0) return;
  // The next attach is not to trust that the image is open.
  forgetOpened(name);
  throw staleFailure(name, stale);
}

/**
 * Detaches the devices of an image whose file is gone or was replaced, so that only those of the image itself are left,
 * and returns these. `image` is undefined where there is none any more. Throws a Failure of kind busy when one is in
 * use.
 */
export async function detachStale(
  image: ImageFile | undefined,
  { name, attachments }: Here,
): Promise<readonly string[]> {
  const devices = currentDevices(image, { name, attachments });
  for (const { device } of attachments) if (!devices.includes(device)) await detachDevice(device);
  return devices;
}

/** The devices that detachStale would leave; throws as it does, and changes nothing. */
export function currentDevices(
  image: ImageFile | undefined,
  { name, attachments }: Pick<Here, 'name' | 'attachments'>,
): readonly string[] {
  const stale = attachments.filter((attachment) => image === undefined || isStale(attachment, image));
  const used = stale.find(({ device }) => deviceUsers(device).length > 0);
  if (used !== undefined) throw staleFailure(name, [used]);
  return attachments.filter((attachment) => !stale.includes(attachment)).map(({ device }) => device);
}

function staleFailure(name: string, stale: readonly Attachment[]): Failure {
  const devices = stale.map(({ device }) => device);
  const users = devices.flatMap(deviceUsers);
  return new Failure('busy', `${devices.join(', ')} has a file that is not image ${name} any more`, {
    problems: [
      'the image was removed or replaced, from another node or by hand, while it was attached here',
      users.length === 0 ? 'nobody has the device open' : `the device is in use by ${summarize(users)}`,
    ],
    hint:
      users.length === 0
        ? 'gnt-instance activate-disks INSTANCE attaches the image anew; gnt-gluster mount status'
        : 'end what uses the device (gnt-instance shutdown INSTANCE), then start it again',
  });
}
