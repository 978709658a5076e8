import type { Plugin, StdinOptions } from 'esbuild';

const namespace = 'late-library';
const bareName = /^[a-z@]/;

/**
 * Leaves every library that is imported late out of the bundle, adds its name to `found`, and puts a call of
 * `loadLibrary` in its place.
 */
export function lateLibraries(found: Set<string>): Plugin {
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: bareName }, ({ path, kind }) => {
        if (kind !== 'dynamic-import' || path.startsWith('node:')) return undefined;
        found.add(path);
        return { path, namespace };
      });
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => ({ contents: await standIn(path) }));
    },
  };
}

/** What a library's own bundle is made of: all its exports. */
export async function libraryEntry(name: string, resolveDir: string): Promise<StdinOptions> {
  const named = `export * from '${name}';\n`;
  const contents = (await exportsOf(name)).includes('default') ? `${named}export { default } from '${name}';\n` : named;
  // The ending tells esbuild to treat a CommonJS library as Node would.
  return { contents, resolveDir, sourcefile: `${name}.mjs` };
}

async function standIn(name: string): Promise<string> {
  const lines = (await exportsOf(name)).map((exported) =>
    exported === 'default' ? 'export default library.default;' : `export const ${exported} = library.${exported};`,
  );
  return [`const library = loadLibrary('${name}');`, ...lines].join('\n');
}

async function exportsOf(name: string): Promise<readonly string[]> {
  const library: object = await import(name);
  return Object.keys(library).filter((exported) => /^[A-Za-z_$][\w$]*$/.test(exported));
}
