import { truncateSync } from 'node:fs';
import { replyOf } from '#gluster/attach/answer.ts';
import { attachedAsBefore, attachHere, detachHere, rememberAttached } from '#gluster/attach/attach.ts';
import { isUnknownHere } from '#gluster/attach/places.ts';
import { configuredPatience } from '#gluster/configuration/load.ts';
import { knownParameters, providerName } from '#gluster/configuration/parameters.ts';
import { checkNames, runChecks } from '#gluster/doctor/verify.ts';
import { hintOf } from '#gluster/glusterd/hints.ts';
import {
  copyQuiet,
  requireQuiet,
  requireSameSnapshot,
  requireUnused,
  snapshotMetadata,
  sourceOf,
} from '#gluster/images/copy.ts';
import { demandOf, fillNew, newImageMetadata, preallocationOf, requireSame } from '#gluster/images/create.ts';
import { findAgain, findImage, lookAgain, release, searchImage, searchRoom } from '#gluster/images/find.ts';
import { type Image, leftovers, makeImage, readImage, sweep } from '#gluster/images/image.ts';
import { readMetadata, writeMetadata } from '#gluster/images/metadata.ts';
import { rememberSite } from '#gluster/images/sites.ts';
import { chooseVolume, demandOfSize } from '#gluster/images/space.ts';
import { requireOneGrower } from '#gluster/images/users.ts';
import { giveBackLease, hasLease, takeLease, takeToDelete } from '#gluster/leases/store.ts';
import {
  attachedDevices,
  attachedRecord,
  attachmentsOf,
  detachStale,
  isAsRemembered,
  refreshDevices,
  requireCurrent,
} from '#gluster/node/attachments.ts';
import type { MountedVolume } from '#gluster/node/mounts.ts';
import { forgetOpened, forgetRecord, readRecord } from '#gluster/node/records.ts';
import { requireSmallRequests } from '#gluster/node/small-requests.ts';
import { Failure } from '#src/errors.ts';
import { isLocked, sweepLock, withLock } from '#src/lock.ts';
import type { Provider, QuickAnswers, Verbs } from '#src/provider.ts';
import { note } from '#src/reply.ts';
import type { Request } from '#src/request.ts';
import { growRaw } from '#src/tools/qemu-img.ts';
import { type Bytes, formatBytes, toBytes } from '#src/units.ts';

/** The ten verbs. Each looks first, stops if nothing is to be done, acts, and checks what came of it. */
const verbs: Verbs = {
  async create(request) {
    const { image, mounted, pool } = await searchRoom(request);
    if (image !== undefined && !isLocked(request.name)) {
      requireSame(image, request);
      return undefined;
    }
    await withLock(request.name, 'create', async () => {
      let place: MountedVolume | undefined;
      let source: Image | undefined;
      try {
        const meanwhile = lookAgain(mounted, request.name);
        place = meanwhile?.mounted;
        if (meanwhile !== undefined) return requireSame(meanwhile, request);
        const preallocation = preallocationOf(request, pool);
        source = await sourceOf(request);
        const link = await fileToLink(request, mounted);
        const best = link?.mounted ?? (await chooseVolume(mounted, demandOf(request, preallocation, source)));
        requireSmallRequests(best);
        const made = await makeImage(best, request.name, {
          size: toBytes(request.size),
          metadata: { ...newImageMetadata(request, pool, preallocation), ...link?.metadata },
          fill: (disk) => fillNew(best, disk, request, preallocation, source),
          ...link?.content,
        });
        const now = readImage(best, request.name);
        if (now === undefined) throw new Failure('unavailable', `image ${request.name} was made and is not there`);
        // Another node was faster; what it made is ours if it is the same.
        if (!made || now.size !== toBytes(request.size)) requireSame(now, request);
        place = best;
        rememberSite(best);
        if (pool.trash > 0) await purgeTrash([best]);
      } finally {
        await release(mounted, place);
        await source?.mounted.release();
      }
    });
    return undefined;
  },

  async attach(request) {
    const { blockdev = 'always' } = request.parameters;
    const known = blockdev === 'always' ? await attachedAsBefore(request.name) : undefined;
    const record = known ?? (await attachHere(request, blockdev === 'always'));
    return await replyOf(request, record);
  },

  async detach(request) {
    await detachHere(request.name);
    return undefined;
  },

  async remove(request) {
    const { image, pool, mounted } = await searchImage(request, { everywhere: true });
    try {
      const attached = (await attachedDevices(request.name)).length > 0 || readRecord(request.name) !== undefined;
      const interrupted = isLocked(request.name) || mounted.some((here) => leftovers(here, request.name).length > 0);
      if (image !== undefined || attached || interrupted)
        await withLock(request.name, 'remove', async () => {
          const now = lookAgain(mounted, request.name);
          const devices = await detachStale(request.name, now, await attachmentsOf(request.name));
          if (devices.length > 0)
            throw new Failure('busy', `image ${request.name} is attached to ${devices.join(', ')} on this node`, {
              hint: `shut its instance down first; gnt-gluster image info ${request.name}`,
            });
          if (now === undefined) for (const here of mounted) sweep(here, request.name);
          else {
            await requireUnused(now, 'remove it when its instance is shut down');
            // From here on no other node can take it.
            await takeToDelete(now);
            await removeImage(now);
          }
          forgetRecord(request.name);
        });
      if (pool.trash > 0) await purgeTrash(mounted);
    } finally {
      await release(mounted);
    }
    return undefined;
  },

  async grow(request) {
    const size = toBytes(request.newSize);
    const image = await findImage(request);
    if (request.size !== undefined && image.size !== size) tellOfSize(image, toBytes(request.size));
    if (image.size >= size && isAsRemembered(image) && !isLocked(request.name)) return undefined;
    await withLock(request.name, 'grow', async () => {
      const before = findAgain(image);
      const attachments = await attachmentsOf(request.name);
      requireCurrent(before, attachments);
      // Whoever has a lease may have the image made larger elsewhere: it sees the new size with its next open.
      if (before.size < size) {
        await requireOneGrower(before);
        const { preallocation } = readMetadata(image.directory);
        const purpose = `${formatBytes(size - before.size)} more`;
        await chooseVolume([image.mounted], demandOfSize(purpose, size, preallocation, before.size));
        if (preallocation === 'off') truncateSync(image.disk, size);
        else await growRaw(image.disk, before.size, size, preallocation);
      }
      const now = findAgain(image);
      if (now.size < size) throw new Failure('failed', `image ${request.name} did not grow to ${formatBytes(size)}`);
      const devices = attachments.map(({ device }) => device);
      await refreshDevices(devices, now.size);
    });
    return undefined;
  },

  async setinfo(request) {
    const image = await findImage(request);
    if (readMetadata(image.directory).info === request.metadata && !isLocked(request.name)) return undefined;
    await withLock(request.name, 'setinfo', async () => {
      const { directory } = findAgain(image);
      const metadata = readMetadata(directory);
      if (metadata.info !== request.metadata) writeMetadata(directory, { ...metadata, info: request.metadata });
    });
    return undefined;
  },

  async verify(request, names) {
    return await runChecks(request, names);
  },

  async snapshot(request) {
    const [first, second] = [request.name, request.snapshotName].sort();
    const found = await findImage(request);
    const { image: existing, mounted } = await searchImage(
      { name: request.snapshotName, parameters: { pool: found.mounted.pool.name } },
      { everywhere: true },
    );
    await requireQuiet(found);
    if (existing !== undefined && !isLocked(request.name) && !isLocked(request.snapshotName)) {
      await requireSameSnapshot(found, existing);
      return undefined;
    }
    const copy = async (): Promise<void> => {
      const image = findAgain(found);
      await requireQuiet(image);
      const meanwhile = lookAgain(mounted, request.snapshotName);
      if (meanwhile !== undefined) return await requireSameSnapshot(image, meanwhile);
      const purpose = `a copy of ${formatBytes(image.allocated)}`;
      await chooseVolume([image.mounted], { purpose, growth: 0, blocks: image.allocated });
      const fill = async (disk: string): Promise<void> => {
        truncateSync(disk, image.size);
        await copyQuiet(image, disk);
      };
      const content = { size: image.size, metadata: await snapshotMetadata(image), fill };
      const made = await makeImage(image.mounted, request.snapshotName, content);
      await release(mounted);
      if (!made) throw new Failure('exists', `something made ${request.snapshotName} during the copy`);
    };
    await withLock(first ?? '', 'snapshot', () => withLock(second ?? '', 'snapshot', copy));
    return undefined;
  },

  async open(request) {
    const mode = (request.exclusive ?? true) ? 'exclusive' : 'shared';
    const found = await findImage(request);
    const isOpen = (await hasLease(found, mode)) && readRecord(request.name)?.lease === mode;
    if (isOpen && isAsRemembered(found) && !isLocked(request.name)) return undefined;
    await withLock(request.name, 'open', async () => {
      const image = findAgain(found);
      try {
        const attachments = await attachmentsOf(request.name);
        requireCurrent(image, attachments);
        const devices = attachments.map(({ device }) => device);
        // Another node may have made the image larger while it stayed attached here.
        await refreshDevices(devices, image.size);
        await takeLease(image, mode);
        await rememberAttached(image, devices[0], mode);
      } catch (error) {
        await release([image.mounted]);
        throw error;
      }
    });
    return undefined;
  },

  async close(request) {
    const { image, mounted } = await searchImage(request);
    if (image === undefined) note(`there is no image ${request.name}: nothing to close`);
    else if ((await hasLease(image)) || isLocked(request.name))
      await withLock(request.name, 'close', async () => {
        await giveBackLease(image);
        forgetOpened(request.name);
      });
    await release(mounted);
    return undefined;
  },
};

/**
 * The answers of attach of an image that is open here and attached, and of detach of one of which there is nothing. Both look
 * at this node only.
 */
const quick: QuickAnswers = {
  async attach(request) {
    const { blockdev = 'always' } = request.parameters;
    const known = attachedRecord(request.name);
    if (known !== undefined) await sweepLock(request.name);
    if (known?.lease === undefined || blockdev !== 'always') return undefined;
    return { reply: await replyOf(request, known) };
  },
  async detach({ name }) {
    return isUnknownHere(name) ? { reply: undefined } : undefined;
  },
};

/** Ganeti adds what is to be added to the size that it believes in, so the image grows by another amount than was asked. */
function tellOfSize({ name, size }: Image, believed: Bytes): void {
  if (size === believed) return;
  note(
    `warning: Ganeti believes that image ${name} has ${formatBytes(believed)}, it has ${formatBytes(size)}: gnt-cluster repair-disk-sizes INSTANCE`,
  );
}

async function fileToLink(request: Request<'create'>, mounted: readonly MountedVolume[]) {
  if (request.parameters.link === undefined) return undefined;
  const { findLink } = await import('#gluster/images/link.ts');
  return await findLink(request, mounted, request.parameters.link);
}

async function removeImage(image: Image): Promise<void> {
  const { discard } = await import('#gluster/images/trash.ts');
  discard(image);
}

async function purgeTrash(mounted: readonly MountedVolume[]): Promise<void> {
  const { purgeExpired } = await import('#gluster/images/trash.ts');
  for (const here of mounted) purgeExpired(here);
}

/** The provider as Ganeti sees it. */
export const provider: Provider = {
  name: providerName,
  parameters: knownParameters,
  checkNames,
  verbs,
  quick,
  patience: () => configuredPatience(),
  hintOf,
};
