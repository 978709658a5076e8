import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { bundle, bundleWhole } from './bundle.ts';
import { buildExecutable, type Executable } from './executable.ts';
import type { Architecture } from './options.ts';

/** One executable that is to be: its name and the file it starts with, seen from the root of the repository. */
export interface Program {
  readonly name: string;
  readonly entry: string;
}

interface Place {
  readonly architecture: Architecture;
  /** The Node to build in. */
  readonly node: string;
  readonly root: string;
  readonly work: string;
}

/** Bundles one program and makes an executable of it, in a directory of its own below `work`. */
export async function buildProgram(
  { name, entry }: Program,
  { architecture, node, root, work }: Place,
): Promise<Executable & { readonly bundleBytes: number }> {
  const directory = path.join(work, `${name}-${architecture}`);
  await mkdir(directory, { recursive: true });
  const files = await bundle(root, path.join(root, entry), directory);
  const loader = path.join(directory, 'loader.cjs');
  await bundleWhole(root, path.join(root, 'build/loader.ts'), loader);
  const sizes = await Promise.all(Object.values(files).map(async (file) => (await stat(file)).size));
  const bundleBytes = sizes.reduce((sum, size) => sum + size, 0);
  const output = path.join(directory, 'executable');
  const executable = await buildExecutable({ architecture, node, loader, bundle: files }, output);
  return { ...executable, bundleBytes };
}
