import { print, reportFailure } from '../../../src/reply.ts';
import { loadConfiguration } from '../configuration.ts';
import type { Server } from '../pool.ts';
import { readRecord, readServers } from '../records.ts';
import { answeringFirst } from '../servers.ts';
import { type NamedImage, rewriteArguments } from './arguments.ts';

/** Prints the arguments of QEMU as words for a shell, rewritten for gnt-gluster-kvm, and ends the process. */
export async function printQemuArguments(args: readonly string[]): Promise<never> {
  try {
    const words = await rewriteArguments(args, serversOfImage);
    print(words.map(quoteForShell).join(' '));
    process.exit(0);
  } catch (error) {
    process.exit(reportFailure('gnt-gluster qemu-arguments', error));
  }
}

/**
 * All servers known for an image, those that answer now in front: the one Ganeti names, those that this node remembers
 * of the image, those of a pool with its volume. Asks no glusterd: a guest that starts cannot wait for one that hangs.
 */
async function serversOfImage({ volume, path, server }: NamedImage): Promise<readonly Server[]> {
  const record = readRecord(path.split('/').at(-2) ?? '');
  const ofImage = record?.volume === volume && record.path === path ? record.servers : [];
  const { pools } = await loadConfiguration();
  const ofPool = pools.find(({ volumes }) => volumes.includes(volume))?.servers ?? [];
  const all = [server, ...ofImage, ...(ofPool.length > 0 ? ofPool : readServers(volume))];
  const different = new Map(all.map((one) => [`${one.host}:${one.port}`, one]));
  return await answeringFirst([...different.values()]);
}

/** One word of a POSIX shell that means exactly this text. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
