import { beforeEach, onTestFailed } from 'vitest';
import { glusterSays } from '../../../lab/gluster.ts';
import { node, shell } from '../../support/lab.ts';
import { type Ledger, useLedger } from '../../support/ledger.ts';
import { providerDirectory } from '../../support/provider.ts';
import { mountedVolumes, mountRoot, volumes } from './volumes.ts';

/** Where the provider keeps what only this node needs. */
export const runDirectory = '/run/ganeti-gluster';

/** Where the provider mounts a volume. */
export function providerMount(volume: string = volumes.main, pool = 'default'): string {
  return `${runDirectory}/mnt/${pool}/${volume}`;
}

/** The directory of all images of a volume, through the tests' own client. */
export function imagesDirectory(volume: string = volumes.main): string {
  return `${mountRoot}/${volume}/images`;
}

/** The file with the data of an image, through the tests' own client. */
export function imageFile(name: string, volume: string = volumes.main): string {
  return `${imagesDirectory(volume)}/${name}/disk`;
}

export interface FileStatus {
  readonly mode: string;
  readonly bytes: number;
  /** What it occupies. */
  readonly allocated: number;
}

export async function statusOf(file: string): Promise<FileStatus> {
  const [mode = '', size, blocks] = (await shell('stat -c "%a %s %b" "$1"', file)).trim().split(' ');
  return { mode, bytes: Number(size), allocated: Number(blocks) * 512 };
}

/** Everything below the images of all volumes with type, size and time: equal only when nothing was touched. */
export async function everything(): Promise<string> {
  // Whoever mounts a volume tells there that it is alive.
  const formats = "-path '*/.nodes/*' -printf '%p %y %s\\n' -o -printf '%p %y %s %T@ %l\\n'";
  return await shell(`find "$1"/*/images ${formats} 2>/dev/null | sort`, mountRoot);
}

/** A ledger that also looks for what only this provider could leave. A test that fails tells what Gluster said. */
export function useGlusterLedger(): Ledger {
  beforeEach(() => onTestFailed(async () => console.log(await glusterSays(node()))));
  return useLedger(leftovers);
}

// What the node remembers for good of a test's configuration would be looked at by all tests after it.
const leftoversScript = `
rm -rf /var/lib/ganeti-extstorage-gluster
grep ' ${runDirectory}/mnt' /proc/self/mountinfo | grep -v -- '- fuse.glusterfs ' || true
find /proc/[0-9]*/fd -lname '${runDirectory}/mnt/*' -printf '%p %l\\n' 2>/dev/null || true
find ${runDirectory} -xdev -type f ! -path '*/volumes/*' ! -path '*/nodes/*' ! -path '*/mounts/*' ! -path '*/promised/*' ! -name machine ! -name qemu ! -name '*.new' 2>/dev/null || true
find ${mountRoot}/*/* -mindepth 1 ! -name .work ! -path '*/.nodes*' 2>/dev/null || true
for volume in ${mountedVolumes.join(' ')}; do
  grep -q " ${mountRoot}/$volume " /proc/self/mountinfo || echo "the tests' client of $volume is gone"
done
pgrep -a '^(qemu-img|losetup|flock|setpriv|mount)$' || true
for client in $(pgrep -f '^/usr/sbin/glusterfs .*${runDirectory}/mnt'); do
  point=$(tr '\\0' '\\n' <"/proc/$client/cmdline" | tail -n 1)
  grep -q " $point " /proc/self/mountinfo || echo "FUSE client $client without a mount at $point"
done
`;

const wipeScript = `
for file in $(grep -o '${runDirectory}/mnt[^ ]*' /proc/self/mountinfo); do umount -l "$file" || true; done
pkill -KILL -f '^/usr/sbin/glusterfs .*${runDirectory}/mnt' || true
rm -rf ${mountRoot}/*/* ${runDirectory}/*
`;

/** Finds what a test left behind, and takes it away so that the next test does not see it. */
async function leftovers(): Promise<readonly string[]> {
  const found = (await shell(leftoversScript)).split('\n').filter((line) => line !== '');
  if (found.length > 0) await node().exec(['sh', '-c', wipeScript], { timeLimit: 60_000, reject: false });
  return found;
}

/** Runs gnt-gluster --json and returns what it printed and its exit code. */
export async function gntGluster(
  args: readonly string[],
  timeLimit = 60_000,
): Promise<{ readonly exitCode: number; readonly json: unknown; readonly said: string }> {
  const result = await node().exec([`${providerDirectory}/gnt-gluster`, ...args, '--json'], {
    timeLimit,
    reject: false,
  });
  if (result.timedOut) throw new Error(`gnt-gluster ${args.join(' ')} took more than ${timeLimit / 1000} s`);
  const json: unknown = result.stdout === '' ? undefined : JSON.parse(result.stdout);
  return { exitCode: result.exitCode, json, said: result.stderr };
}

/** Takes away the mounts that stay between two uses, so that the next verb mounts its volume. */
export async function unmountAll(): Promise<void> {
  const { exitCode, said } = await gntGluster(['mount', 'release', '--all']);
  if (exitCode !== 0) throw new Error(`not all is unmounted: ${said}`);
}

/** Who has a disk, as `NODE MODE`, sorted; read from the volume and not through the provider. */
export async function leasesOf({ name }: { readonly name: string }, volume?: string): Promise<readonly string[]> {
  const [state = '', ...more] = (await shell('ls "$1/lease"', `${imagesDirectory(volume)}/${name}`)).trim().split('\n');
  if (more.length > 0) throw new Error(`more than one state: ${state}, ${more.join(', ')}`);
  const [, ...leases] = state.split(',');
  return leases.map((lease) => lease.split('@').slice(0, 2).join(' ')).sort();
}

/** What `gnt-gluster image info` tells of an image. */
export async function imageInfo(name: string): Promise<unknown> {
  const { json, said } = await gntGluster(['image', 'info', name]);
  if (json === undefined) throw new Error(`gnt-gluster image info ${name}: ${said}`);
  return json;
}
