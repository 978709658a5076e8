import { stat } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Bundles the entry and all it imports into one CommonJS file and returns its size in bytes. A module reached only by
 * `import()` is inside too, but runs no sooner than that import does.
 */
export async function bundle(entry: string, output: string): Promise<number> {
  await build({
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
    logLevel: 'warning',
    // Its Node flavour reads import.meta.url while loading, which a CommonJS bundle does not have.
    alias: { 'yargs-parser': 'yargs-parser/browser' },
  });
  return (await stat(output)).size;
}
