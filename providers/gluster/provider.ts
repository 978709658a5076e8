import { answerOf } from '#gluster/attach/answer.ts';
import { attachedAsBefore, attachHere } from '#gluster/attach/attach.ts';
import { detachHere } from '#gluster/attach/detach.ts';
import { openImage } from '#gluster/attach/open.ts';
import { configuredPatience } from '#gluster/configuration/load.ts';
import { knownParameters, needsDevice, providerName } from '#gluster/configuration/parameters.ts';
import { checkNames, runChecks } from '#gluster/doctor/verify.ts';
import { hintOf } from '#gluster/glusterd/hints.ts';
import { requireQuiet } from '#gluster/images/copy.ts';
import { createImage } from '#gluster/images/create.ts';
import { findImage, release, type Search, searchImage, searchRoom, wantedBy } from '#gluster/images/find.ts';
import { growImage, tellOfSize } from '#gluster/images/grow.ts';
import { readMetadata, writeMetadata } from '#gluster/images/metadata.ts';
import { purgeTrash, removeImage } from '#gluster/images/remove.ts';
import { makeSnapshot, requireSameSnapshot } from '#gluster/images/snapshot.ts';
import { giveBackLease, hasLease } from '#gluster/leases/store.ts';
import { attachedRecord, lookHere } from '#gluster/node/attachments.ts';
import { isAsRemembered } from '#gluster/node/devices.ts';
import { withImageLock } from '#gluster/node/image-lock.ts';
import { forgetOpened, readRecord } from '#gluster/node/records.ts';
import { isLocked, sweepLock, withLock } from '#src/lock.ts';
import type { Provider } from '#src/provider.ts';
import { note } from '#src/reply.ts';
import { toBytes } from '#src/units.ts';

type Provided = Provider<typeof knownParameters>;

/**
 * The ten verbs. Each looks, stops if nothing is to be done, acts, and checks what came of it. Those that Ganeti calls
 * to have something done take the lock first: a look before it would have to be repeated.
 */
const verbs: Provided['verbs'] = {
  async create(request) {
    const make = async (): Promise<void> => createImage(request, await searchRoom(wantedBy(request)));
    await withImageLock(request.name, 'create', make, { everywhere: true });
    return undefined;
  },

  async attach(request) {
    const asBlockDevice = needsDevice(request);
    const known = asBlockDevice ? await attachedAsBefore(request.name) : undefined;
    return await answerOf(request, known ?? (await attachHere(wantedBy(request), asBlockDevice)));
  },

  async detach(request) {
    await detachHere(request.name);
    return undefined;
  },

  async remove(request) {
    const take = async (): Promise<Search> => {
      const found = await searchImage(wantedBy(request), { everywhere: true });
      try {
        await removeImage(request.name, found.image, found.mounted);
        return found;
      } catch (error) {
        await release(found.mounted);
        throw error;
      }
    };
    const { pool, mounted } = await withImageLock(request.name, 'remove', take, { everywhere: true });
    try {
      // It may take long, and concerns other images.
      await purgeTrash(pool, mounted);
    } finally {
      await release(mounted);
    }
    return undefined;
  },

  async grow(request) {
    const size = toBytes(request.newSize);
    await withImageLock(request.name, 'grow', async () => {
      const image = await findImage(wantedBy(request));
      if (request.size !== undefined && image.size !== size) tellOfSize(image, toBytes(request.size));
      await growImage(image, size);
    });
    return undefined;
  },

  async setinfo(request) {
    await withImageLock(request.name, 'setinfo', async () => {
      const { directory } = await findImage(wantedBy(request));
      const metadata = readMetadata(directory);
      if (metadata.info !== request.metadata) writeMetadata(directory, { ...metadata, info: request.metadata });
    });
    return undefined;
  },

  async verify(request, names) {
    return await runChecks(request, names);
  },

  async snapshot(request) {
    const { name, snapshotName } = request;
    const found = await findImage(wantedBy(request));
    const wanted = { name: snapshotName, pool: found.mounted.pool.name };
    const { image: existing, mounted } = await searchImage(wanted, { everywhere: true });
    await requireQuiet(found);
    if (existing !== undefined && !isLocked(name) && !isLocked(snapshotName)) {
      await requireSameSnapshot(found, existing);
      return undefined;
    }
    // Always in the same order, so that two that copy one into the other do not wait for each other.
    const [first = name, second = name] = [name, snapshotName].sort();
    const copy = (): Promise<void> => makeSnapshot(found, mounted, request);
    await withLock(first, 'snapshot', () => withLock(second, 'snapshot', copy));
    return undefined;
  },

  async open(request) {
    const mode = (request.exclusive ?? true) ? 'exclusive' : 'shared';
    if (readRecord(request.name)?.lease === mode) {
      const found = await findImage(wantedBy(request));
      const isOpen = (await hasLease(found, mode)) && isAsRemembered(found, await lookHere(request.name));
      if (isOpen && !isLocked(request.name)) return undefined;
    }
    await withImageLock(request.name, 'open', async () => openImage(await findImage(wantedBy(request)), mode));
    return undefined;
  },

  async close(request) {
    const { image, mounted } = await searchImage(wantedBy(request));
    if (image === undefined) note(`there is no image ${request.name}: nothing to close`);
    else if (readRecord(request.name)?.lease !== undefined || (await hasLease(image)) || isLocked(request.name))
      await withLock(request.name, 'close', async () => {
        await giveBackLease(image);
        forgetOpened(request.name);
      });
    await release(mounted);
    return undefined;
  },
};

/** The answer of attach of an image that is open here and attached: it looks at this node only. */
const quick: Provided['quick'] = {
  async attach(request) {
    const known = attachedRecord(request.name);
    if (known !== undefined) await sweepLock(request.name);
    if (known?.lease === undefined || !needsDevice(request)) return undefined;
    return { reply: await answerOf(request, known) };
  },
};

/** The provider as Ganeti sees it. */
export const provider: Provided = {
  name: providerName,
  parameters: knownParameters,
  checkNames,
  verbs,
  quick,
  patience: () => configuredPatience(),
  hintOf,
};
