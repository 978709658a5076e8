import { readdirSync } from 'node:fs';
import { labsDirectory } from './layout.ts';
import { poll, run } from './process.ts';
import { mountNamespaceMembers, readIfThere } from './processes.ts';

/** A loop device, and which file system (MAJOR:MINOR) its file is on; undefined when that one is dead. */
export interface LoopDevice {
  readonly device: string;
  readonly file: string;
  readonly fileSystem: string | undefined;
}

/** The backing files of all loop devices of the machine, without asking their file systems. */
export function attachedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const name of readdirSync('/sys/block')) {
    const file = readIfThere(`/sys/block/${name}/loop/backing_file`)?.trim();
    if (file !== undefined) files.set(`/dev/${name}`, file);
  }
  return files;
}

/**
 * Detaches a loop device, unless it goes by itself with the mount that has it: then its number may be that of somebody
 * else's device the moment we ask.
 */
async function detach(device: string): Promise<void> {
  const autoclear = readIfThere(`/sys/block/${device.slice('/dev/'.length)}/loop/autoclear`)?.trim();
  if (autoclear === '0') await run(['losetup', '-d', device], { timeLimit: 10_000 });
}

/** Detaches the loop devices of the files under a directory; the kernel may need a moment to let go of them. */
export async function detachUnder(directory: string): Promise<void> {
  await poll(`no loop device holds a file under ${directory}`, 30_000, async () => {
    const devices = [...attachedFiles()].filter(([, file]) => file.startsWith(`${directory}/`));
    for (const [device] of devices) await detach(device);
    return devices.length === 0 ? true : undefined;
  });
}

/** The loop devices (with their files) on Gluster file systems that a node, named by its process 1, has mounted. */
export async function devicesOfNode(pid: number): Promise<readonly LoopDevice[]> {
  const mounts = mountsOf(pid).filter((mount) => mount.type === 'fuse.glusterfs');
  if (mounts.length === 0) return [];
  return (await loopDevices()).filter(({ fileSystem }) => mounts.some((mount) => mount.device === fileSystem));
}

/** Detaches what was a dead node's while it lived: a real power loss would have taken it along. */
export async function detachLost(lost: readonly LoopDevice[]): Promise<void> {
  await poll('the loop devices of the dead node are detached', 30_000, async () => {
    const files = attachedFiles();
    // The file's path is now relative to a mount that is gone.
    const left = lost.filter((loop) => loop.file.endsWith(files.get(loop.device) ?? '//'));
    for (const { device } of left) await detach(device);
    return left.length === 0 ? true : undefined;
  });
}

/** Detaches what nodes left behind that died without us: devices whose file system neither answers nor is mounted. */
export async function detachOrphans(): Promise<void> {
  const silent =
    attachedFiles().size === 0 ? [] : (await loopDevices()).filter((loop) => loop.fileSystem === undefined);
  if (silent.length === 0) return;
  const points = new Set(mountNamespaceMembers().flatMap((pid) => mountsOf(pid).map((mount) => mount.point)));
  points.delete('/');
  for (const { device, file } of silent) {
    const mounted = [...points].some((point) => file.startsWith(`${point}/`));
    if (!mounted) await detach(device);
  }
}

interface Mount {
  readonly device: string;
  readonly point: string;
  readonly type: string;
}

function mountsOf(pid: number): readonly Mount[] {
  const lines = readIfThere(`/proc/${pid}/mountinfo`)?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const match = /^\d+ \d+ (\S+) \S+ (\S+) .* - (\S+) /.exec(line);
    return match === null ? [] : { device: match[1] ?? '', point: match[2] ?? '', type: match[3] ?? '' };
  });
}

/**
 * All loop devices but those of bricks, each asked on its own: a Gluster mount that hangs holds up who asks about it.
 */
async function loopDevices(): Promise<readonly LoopDevice[]> {
  const images = [...attachedFiles()].filter(([, file]) => !file.startsWith(`${labsDirectory}/`));
  const devices = await Promise.all(
    images.map(async ([device, file]) => {
      const columns = ['losetup', '--list', '--noheadings', '-O', 'BACK-MAJ:MIN', device];
      const answer = await run(columns, { timeLimit: 3000 });
      if (answer.timedOut) return { device, file, fileSystem: 'hangs' };
      const gone = answer.exitCode !== 0 || attachedFiles().get(device) !== file;
      return gone ? undefined : { device, file, fileSystem: /\d+:\d+/.exec(answer.stdout)?.[0] };
    }),
  );
  return devices.filter((device) => device !== undefined);
}
