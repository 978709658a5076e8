import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const name = 'gnt-gluster';

/**
 * Leaves the administrator's command out of the bundle, and puts its file under the name of its part into `found`. A
 * process is either a verb or the command: the two share nothing while they run, and a verb begins sooner without the
 * half that it never uses. What both need is in both parts.
 */
export function commandApart(found: Map<string, string>): Plugin {
  return {
    name,
    setup(build) {
      build.onResolve({ filter: new RegExp(`/${name}\\.ts$`) }, ({ path, resolveDir, kind }) => {
        if (kind !== 'dynamic-import') return undefined;
        found.set(name, join(resolveDir, path));
        return { path: name, namespace: name };
      });
      build.onLoad({ filter: /.*/, namespace: name }, () => ({ contents: `loadLibrary('${name}');` }));
    },
  };
}
