import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes SHA256SUMS, for `sha256sum -c`, of all files of the directory. */
export async function writeChecksums(directory: string): Promise<void> {
  const names = (await readdir(directory)).sort();
  const lines = await Promise.all(names.map((name) => checksumLine(directory, name, 'sha256')));
  await writeFile(path.join(directory, 'SHA256SUMS'), lines.join(''));
}

/** The line of one file, as sha256sum and md5sum write it. */
export async function checksumLine(directory: string, name: string, algorithm: 'sha256' | 'md5'): Promise<string> {
  const hash = createHash(algorithm).update(await readFile(path.join(directory, name)));
  return `${hash.digest('hex')}  ${name}\n`;
}
