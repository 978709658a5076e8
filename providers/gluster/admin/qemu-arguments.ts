import { configuredPatience, loadConfiguration } from '#gluster/configuration/load.ts';
import type { Server } from '#gluster/configuration/servers.ts';
import { readServers } from '#gluster/glusterd/remembered.ts';
import { askAll } from '#gluster/glusterd/servers.ts';
import { instanceIn, isChrooted } from '#gluster/kvm/chroot.ts';
import { hasGlusterDriver } from '#gluster/kvm/driver.ts';
import { libraryServers } from '#gluster/kvm/library-servers.ts';
import { type NamedImage, rewriteArguments, type Way } from '#gluster/kvm/rewrite.ts';
import { attachedRecord } from '#gluster/node/attachments.ts';
import { imageOf } from '#gluster/node/loops.ts';
import { mountPoint } from '#gluster/node/mount-points.ts';
import { readRecord } from '#gluster/node/records.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { print, reportFailure } from '#src/reply.ts';
import { isWorker, supervise } from '#src/supervise.ts';

/** The name of the hidden command of gnt-gluster that gnt-gluster-kvm runs. */
export const qemuArguments = 'qemu-arguments';

/**
 * Prints the arguments of QEMU as words for a shell, rewritten for gnt-gluster-kvm, and ends the process. A process of
 * its own makes them, because an image may have to be attached: a guest that starts does not wait for ever.
 */
export async function printQemuArguments(args: readonly string[]): Promise<never> {
  try {
    process.exit(isWorker(qemuArguments, process.env) ? await rewrite(args) : await superviseRewriting(args));
  } catch (error) {
    process.exit(reportFailure(`gnt-gluster ${qemuArguments}`, error));
  }
}

async function superviseRewriting(args: readonly string[]): Promise<number> {
  const work = { program: qemuArguments, args: [qemuArguments, ...args], environment: process.env };
  return await supervise({ ...work, patience: () => configuredPatience() });
}

async function rewrite(args: readonly string[]): Promise<number> {
  const words = await rewriteArguments(args, isChrooted(args) ? (image) => wayInChroot(image, args) : wayTo);
  print(words.map(quoteForShell).join(' '));
  return 0;
}

async function wayTo(image: NamedImage): Promise<Way> {
  const servers = (await hasGlusterDriver())
    ? await libraryServers(await askAll(await serversOfImage(image)))
    : undefined;
  return servers === undefined ? { file: await fileOf(image) } : { servers };
}

/**
 * In a chroot only the file will do. Throws a Failure of kind unsupported when it cannot be had: without a chroot the
 * guest may well start.
 */
async function wayInChroot(image: NamedImage, args: readonly string[]): Promise<Way> {
  try {
    return { file: await fileOf(image) };
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    throw new Failure(
      'unsupported',
      'with use_chroot=true QEMU needs the file of the image on the mount of its volume',
      {
        problems: [failure.message],
        hint: `gnt-instance modify -H use_chroot=false ${instanceIn(args) ?? 'INSTANCE'}`,
        cause: failure,
      },
    );
  }
}

/** The file of an image on the mount of this node. The image is attached when this returns, so that the mount stays. */
async function fileOf({ volume, path }: NamedImage): Promise<string> {
  const name = imageOf(path);
  const attached = attachedRecord(name);
  if (attached?.volume === volume && attached.path === path)
    return `${mountPoint(attached.pool, volume)}/${attached.path}`;
  const { attachHere } = await import('#gluster/attach/attach.ts');
  const record = await attachHere({ name, pool: readRecord(name)?.pool, volume }, true);
  if (record.path === path) return `${mountPoint(record.pool, volume)}/${record.path}`;
  throw new Failure('missing', `the image ${name} on volume ${volume} is ${record.path}, not ${path}`);
}

/**
 * All servers known for an image: the one Ganeti names, those that this node remembers
 * of the image, those of a pool with its volume. Asks no glusterd: a guest that starts cannot wait for one that hangs.
 */
async function serversOfImage({ volume, path, server }: NamedImage): Promise<readonly Server[]> {
  const record = readRecord(imageOf(path));
  const ofImage = record?.volume === volume && record.path === path ? record.servers : [];
  const { pools } = await loadConfiguration();
  const ofPool = pools.find(({ volumes }) => volumes.includes(volume))?.servers ?? [];
  const all = [server, ...ofImage, ...(ofPool.length > 0 ? ofPool : readServers(volume))];
  const different = new Map(all.map((one) => [`${one.host}:${one.port}`, one]));
  return [...different.values()];
}

/** One word of a POSIX shell that means exactly this text. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
