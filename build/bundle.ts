import path from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { commandApart } from './command-part.ts';
import { lateLibraries, libraryEntry } from './late-libraries.ts';

/** The files of one program, by name: `main`, the administrator's command, and the libraries that both load late. */
export type Bundle = Readonly<Record<string, string>>;

/**
 * Bundles the entry and all it imports into files below `output`. The administrator's command gets a file of its own
 * where the entry imports it late. A library of node_modules that is reached only by
 * `import()` gets a file of its own, so that a verb that does not need it does not even read it.
 */
export async function bundle(root: string, entry: string, output: string): Promise<Bundle> {
  const libraries = new Set<string>();
  const options = { ...common, absWorkingDir: root, ...wrapped };
  const parts = new Map<string, string>();
  const plugins = [lateLibraries(libraries), commandApart(parts)];
  const main = path.join(output, 'main.cjs');
  await build({ ...options, entryPoints: [entry], outfile: main, plugins });
  const files: Record<string, string> = { main };
  for (const [name, start] of parts) {
    const file = path.join(output, `${name}.cjs`);
    await build({ ...options, entryPoints: [start], outfile: file, plugins });
    files[name] = file;
  }
  for (const name of [...libraries].sort()) {
    const file = path.join(output, `${name}.cjs`);
    await build({ ...options, stdin: await libraryEntry(name, root), outfile: file });
    files[name] = file;
  }
  return files;
}

/** Bundles the entry into one ordinary CommonJS file. */
export async function bundleWhole(root: string, entry: string, output: string): Promise<void> {
  await build({ ...common, absWorkingDir: root, entryPoints: [entry], outfile: output });
}

const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  legalComments: 'none',
  logLevel: 'warning',
  // The names of files get into the output: they must not depend on where the repository lies.
  preserveSymlinks: true,
  // `import()` of a module that is in the bundle, or in Node, would start Node's loader of ES modules for nothing.
  supported: { 'dynamic-import': false },
} as const satisfies BuildOptions;

/** What build/loader.ts calls with the names that the code may use. */
const wrapped = {
  banner: { js: '(function (require, module, loadLibrary) {' },
  footer: { js: '})' },
} as const;
