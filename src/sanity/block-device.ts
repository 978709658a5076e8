import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, rmSync, statSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type CommandResult, run } from '../exec.ts';
import { type Mebibytes, toBytes } from '../units.ts';
import { Deviation } from './deviation.ts';

/** Random data of whole MiB, and what tells it from any other. */
export interface Pattern {
  readonly bytes: Buffer;
  readonly hash: string;
}

const timeLimit = 60_000;

/** Random data of this size. */
export function newPattern(size: Mebibytes): Pattern {
  return patternOf(randomBytes(toBytes(size)));
}

/** What a new image reads as. */
export function zeros(size: Mebibytes): Pattern {
  return patternOf(Buffer.alloc(toBytes(size)));
}

/** Writes a pattern past the page cache, as a guest does (Ganeti gives QEMU every ext disk with cache=none). */
export async function write(device: string, pattern: Pattern, scratch: string, offset: Mebibytes = 0): Promise<void> {
  await withFile(scratch, async (file) => {
    writeFileSync(file, pattern.bytes);
    const flags = ['oflag=direct', 'iflag=fullblock', 'conv=nocreat,notrunc,fsync', 'status=none'];
    const written = await run(['dd', `if=${file}`, `of=${device}`, 'bs=1M', `seek=${offset}`, ...flags], { timeLimit });
    if (written.exitCode !== 0) throw unusable(device, 'written with O_DIRECT', written);
  });
}

/** The hash of some MiB of a device, read past the page cache. */
export async function hashOf(device: string, size: Mebibytes, scratch: string, offset: Mebibytes = 0): Promise<string> {
  return await withFile(scratch, async (file) => {
    const part = ['bs=1M', `skip=${offset}`, `count=${size}`, 'iflag=direct', 'status=none'];
    const read = await run(['dd', `if=${device}`, `of=${file}`, ...part], { timeLimit });
    if (read.exitCode !== 0) throw unusable(device, 'read with O_DIRECT', read);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file), hash);
    return hash.digest('hex');
  });
}

/** The size of a block device in MiB, exact. */
export async function sizeOf(device: string): Promise<Mebibytes> {
  const result = await run(['blockdev', '--getsize64', device], { timeLimit });
  if (result.exitCode !== 0) throw unusable(device, 'asked for its size', result);
  return Number(result.stdout) / toBytes(1);
}

/** Whether there is a block device at a path. */
export function isBlockDevice(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isBlockDevice() === true;
}

/** The minor number of a device as Linux counts it. */
export function minorOf(path: string): number {
  const { rdev } = statSync(path);
  return (rdev & 0xff) | (Math.floor(rdev / 2 ** 12) & 0xfff00);
}

async function withFile<Result>(scratch: string, action: (file: string) => Promise<Result>): Promise<Result> {
  const file = `${scratch}/${randomUUID()}.data`;
  try {
    return await action(file);
  } finally {
    rmSync(file, { force: true });
  }
}

function unusable(device: string, what: string, { stderr }: CommandResult): Deviation {
  return new Deviation(`${device} cannot be ${what}: ${stderr.trim()}`);
}

function patternOf(bytes: Buffer): Pattern {
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex') };
}
