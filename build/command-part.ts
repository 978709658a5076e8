import type { Plugin } from 'esbuild';

/** The part of the program that has the administrator's command, and what it needs, a second time. */
export const commandPart = 'gnt-gluster';

/**
 * Leaves the administrator's command out of the bundle, and adds its file to `found`. A process is either a verb or the
 * command: the two share nothing while they run, and a verb begins sooner without the half that it never uses.
 */
export function commandApart(found: Set<string>): Plugin {
  return {
    name: commandPart,
    setup(build) {
      build.onResolve(
        { filter: new RegExp(`/${commandPart}\\.ts$`) },
        async ({ path, resolveDir, kind, pluginData }) => {
          if (kind !== 'dynamic-import' || pluginData === commandPart) return undefined;
          const resolved = await build.resolve(path, { resolveDir, kind, pluginData: commandPart });
          found.add(resolved.path);
          return { path: commandPart, namespace: commandPart };
        },
      );
      build.onLoad({ filter: /.*/, namespace: commandPart }, () => ({ contents: `loadLibrary('${commandPart}');` }));
    },
  };
}
