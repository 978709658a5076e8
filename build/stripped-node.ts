import { execFile } from 'node:child_process';
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * The Node that runs this build, without its symbols (126 MB become 105 MB), kept in `work` for the next build.
 * Stripping has to come before the application is injected: afterwards it destroys the executable.
 */
export async function strippedNode(work: string, say: (message: string) => void): Promise<string> {
  const kept = path.join(work, `node-${process.version}-${process.arch}`);
  if (await stat(kept).catch(() => undefined)) {
    return kept;
  }
  const beside = `${kept}.${process.pid}`;
  await copyFile(process.execPath, beside);
  try {
    await promisify(execFile)('strip', ['--strip-unneeded', beside]);
  } catch (error) {
    say(`larger than need be: strip (Debian package binutils) does not work: ${firstLine(error)}`);
    await rm(beside, { force: true });
    return process.execPath;
  }
  await rename(beside, kept);
  return kept;
}

function firstLine(error: unknown): string {
  return String(error).split('\n', 1)[0] ?? '';
}
