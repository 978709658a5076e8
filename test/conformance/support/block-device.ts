import { newPattern, type Pattern } from '#src/sanity/block-device.ts';
import { node, shell } from './lab.ts';

export { newPattern };

const mebibyte = 1024 * 1024;

/** Writes a pattern past the page cache, as a guest does, at an offset in MiB. */
export async function write(device: string, pattern: Pattern, offset = 0): Promise<void> {
  const argv = [
    'dd',
    `of=${device}`,
    'bs=1M',
    `seek=${offset}`,
    'oflag=direct',
    'iflag=fullblock',
    'conv=notrunc,fsync',
  ];
  await node().exec([...argv, 'status=none'], { input: pattern.bytes, timeLimit: 60_000 });
}

/** The hash of some MiB of a device or file, read past the page cache. */
export async function hashOf(device: string, mebibytes: number, offset = 0): Promise<string> {
  const script = 'dd if="$1" bs=1M skip="$2" count="$3" iflag=direct status=none | sha256sum';
  return (await shell(script, device, String(offset), String(mebibytes))).split(' ', 1)[0] ?? '';
}

/** The size of a block device in MiB, exact. */
export async function sizeOf(device: string): Promise<number> {
  return Number(await shell('blockdev --getsize64 "$1"', device)) / mebibyte;
}
