import { copyFile, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withoutVariables } from './deaf-node.ts';
import { mustRun } from './exec.ts';
import type { Architecture } from './options.ts';

const ofThisMachine = { strip: 'strip', debianPackage: 'binutils' };
const foreign = {
  x64: { strip: 'x86_64-linux-gnu-strip', debianPackage: 'binutils-x86-64-linux-gnu' },
  arm64: { strip: 'aarch64-linux-gnu-strip', debianPackage: 'binutils-aarch64-linux-gnu' },
} as const;

/**
 * The Node that executables are made of: without its symbols (126 MB become 105 MB), and deaf to some variables. Kept
 * in
 * `work` for the next build. Stripping has to come before the application is injected: afterwards it destroys the
 * executable.
 */
export async function preparedNode(
  node: string,
  architecture: Architecture,
  work: string,
  say: (message: string) => void,
): Promise<string> {
  const kept = path.join(work, `node-${process.version}-${architecture}`);
  const inputs = [node, path.join(import.meta.dirname, 'deaf-node.ts'), import.meta.filename];
  if (await isNewer(kept, inputs)) return kept;
  const { strip, debianPackage } = architecture === process.arch ? ofThisMachine : foreign[architecture];
  const beside = `${kept}.${process.pid}`;
  let result = kept;
  await copyFile(node, beside);
  try {
    await mustRun([strip, '--strip-unneeded', beside]);
  } catch (error) {
    // Another name, so that the next build tries again.
    result = `${kept}-with-symbols`;
    say(`larger than need be: ${strip} (Debian package ${debianPackage}) does not work: ${firstLine(error)}`);
  }
  await writeFile(beside, withoutVariables(await readFile(beside)));
  await rename(beside, result);
  return result;
}

async function isNewer(file: string, than: readonly string[]): Promise<boolean> {
  const made = await stat(file).catch(() => undefined);
  if (made === undefined) return false;
  const times = await Promise.all(than.map(async (input) => (await stat(input)).mtimeMs));
  return times.every((time) => time < made.mtimeMs);
}

function firstLine(error: unknown): string {
  return String(error).split('\n', 1)[0] ?? '';
}
