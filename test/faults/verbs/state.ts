import type { LabNode } from '../../lab/node.ts';
import { foreignFile } from './scenarios.ts';

/** The harness' own view of the volume. */
export const ownMount = '/mnt/faults';

/**
 * All that a verb can change on a node, as a text that is the same for two nodes in the same state: images with their
 * data, what is kept with them, what the node remembers, devices, mounts, processes at work. What a record says of an
 * image and its device is told only where it is wrong. The draft of a killed process goes a minute later (replaceShared
 * of src/files.ts), and is left out.
 */
const script = `
cd ${ownMount}
find . -mindepth 1 -printf '%P %y %m %s\\n' | grep -v '\\.json ' | grep -v '^\\.trashcan' | sed 's/ d 700 .*/ directory/' |
  sed -E 's,/lease/[0-9]+,/lease/N,; s/@20[0-9T:Z-]+@[0-9a-f-]+/@-/g; s,(\\.nodes/[^@]+)@[^ ]+,\\1@-,' | sort
find . '(' -name disk -o -path ./${foreignFile} ')' -type f | sort | xargs -r md5sum
find . -name '*.json' | sort | while read -r file; do
  echo "$file"; tr -d ' \\n' <"$file" | sed -E 's/"(created|since|boot|snapshotState)":"[^"]*"/"\\1":"-"/g'; echo
done
cd /run
find ganeti-gluster -not -path '*/mnt/*' -not -path '*/promised/*' -not -name '*.[0-9]*.new' -type f -printf '%p %m\\n' 2>/dev/null | sort
find ganeti-gluster/images -type f 2>/dev/null | sort | while read -r file; do
  device=$(sed -nE 's,.*"device":"/dev/(loop[0-9]+)".*,\\1,p' "$file")
  path=$(sed -nE 's/.*"path":"([^"]*)".*/\\1/p' "$file")
  inode=$(stat -c %i "${ownMount}/$path" 2>/dev/null || echo gone)
  count=$(cat "/sys/block/$device/diskseq" 2>/dev/null || echo gone)
  sed -E -e 's/loop[0-9]+/loopN/' -e 's/("inode":)"'"$inode"'"/\\1of the image/' \\
    -e 's/("sequence":)"'"$count"'"/\\1of the device/' "$file"
  echo
done
grep -hE 'ganeti-gluster/mnt/.*/(fault|anchor)[.]' /sys/block/loop*/loop/backing_file 2>/dev/null | sort || true
grep -o ' /run/ganeti-gluster/mnt[^ ]* .*- fuse[^ ]*' /proc/self/mountinfo | sed -E 's/ (rw|ro).*-/ -/' || true
pgrep -l '^(qemu-img|losetup|flock|setpriv|umount|stat|mount|mount.glusterfs)$' || true
`;

const settleSeconds = 30;

/** The state of a node once nothing is at work on it any more; what a killed verb had started may still be. */
export async function stateOf(node: LabNode): Promise<string> {
  const wait = `end=$(($(date +%s) + ${settleSeconds}))
while pgrep '^(qemu-img|losetup|flock|setpriv|umount|mount|mount.glusterfs)$' >/dev/null; do
  [ "$(date +%s)" -lt "$end" ] || break; sleep 0.05
done`;
  return (await node.exec(['sh', '-c', `${wait}\n${script}`], { timeLimit: 120_000 })).stdout;
}

/** Puts a file with the data of writeData on the volume, as large as an image here. */
export async function makeForeignFile(node: LabNode): Promise<void> {
  const script = `truncate -s 8M "$1"; yes ganeti | dd of="$1" bs=1M count=1 iflag=fullblock conv=notrunc,fsync status=none`;
  await node.exec(['sh', '-euc', script, 'sh', `${ownMount}/${foreignFile}`]);
}

export async function removeForeignFile(node: LabNode): Promise<void> {
  await node.exec(['rm', '-f', `${ownMount}/${foreignFile}`]);
}

/**
 * Gives an image that was just made data by which it is known again; the tests' own way, so that no verb is involved.
 */
export async function writeData(node: LabNode, image: string): Promise<void> {
  const script = `yes ganeti | head -c 1M | dd of="$1" bs=1M iflag=fullblock conv=notrunc,fsync status=none`;
  await node.exec(['sh', '-euc', script, 'sh', `${ownMount}/images/${image}/disk`]);
}

/**
 * What is wrong with a volume on which a verb was just killed: an image that is not whole. Each holds the data of
 * writeData, or zeros where the verb itself makes the first image.
 */
export async function brokenImages(node: LabNode, withData: boolean): Promise<readonly string[]> {
  const check = `
foreign=${ownMount}/${foreignFile}
[ ! -e "$foreign" ] || [ "$(head -c 1M "$foreign" | md5sum)" = "$(yes ganeti | head -c 1M | md5sum)" ] ||
  echo "$foreign has other data"
cd ${ownMount}/images 2>/dev/null || exit 0
anchor=$(yes ganeti | head -c 1M | md5sum)
wanted=$(${withData ? 'yes ganeti' : 'cat /dev/zero'} | head -c 1M | md5sum)
for image in *; do
  [ "$image" != '*' ] || continue
  [ -f "$image/disk" ] || { echo "$image has no data"; continue; }
  case $(stat -c %s "$image/disk") in 8388608|9437184) ;; *) echo "$image has $(stat -c %s "$image/disk") bytes";; esac
  data=$(head -c 1M "$image/disk" | md5sum)
  [ "$data" = "$wanted" ] || { [ "$image" = anchor.ext.disk0 ] && [ "$data" = "$anchor" ]; } || echo "$image has other data"
  [ "$(stat -c %a "$image/disk")" = 600 ] || echo "$image has mode $(stat -c %a "$image/disk")"
  python3 -m json.tool "$image/image.json" >/dev/null || echo "$image has a broken image.json"
done`;
  const { stdout } = await node.exec(['sh', '-c', check], { timeLimit: 60_000 });
  return stdout.split('\n').filter((line) => line !== '');
}
