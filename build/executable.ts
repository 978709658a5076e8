import { createHash } from 'node:crypto';
import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pkgLog from '@yao-pkg/pkg/lib-es5/log.js';
import pkgSea from '@yao-pkg/pkg/lib-es5/sea.js';
import { strippedNode } from './stripped-node.ts';

/** The executable as built: where it is, how large, and whether this call had to make it. */
export type Executable = {
  readonly path: string;
  readonly bytes: number;
  readonly fresh: boolean;
};

/**
 * Makes a single executable application out of the bundle and this machine's kind of Node, without the network. Skips
 * the work when the bundle, Node and this recipe are those of the last time.
 */
export async function buildExecutable(
  bundle: string,
  work: string,
  say: (message: string) => void,
): Promise<Executable> {
  const output = path.join(work, 'executable');
  const stampFile = path.join(work, 'executable.stamp');
  const stamp = await stampOf([bundle, import.meta.filename]);
  const fresh = (await readFile(stampFile, 'utf8').catch(() => '')) !== stamp || !(await exists(output));
  if (fresh) {
    const beside = `${output}.${process.pid}`;
    await inject(bundle, await strippedNode(work, say), beside);
    await chmod(beside, 0o755);
    await rename(beside, output);
    await writeFile(stampFile, stamp);
  }
  return { path: output, bytes: (await stat(output)).size, fresh };
}

async function inject(bundle: string, nodePath: string, output: string): Promise<void> {
  // `none`: the verbs run as root in whatever environment the node daemon has, and NODE_OPTIONS in it must not reach them.
  const seaConfig = {
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    execArgv: [],
    execArgvExtension: 'none',
  };
  const target = { nodeRange: 'node24', platform: 'linux', arch: process.arch, output } as const;
  pkgLog.log.info = () => {};
  await pkgSea.default(bundle, { signature: false, nodePath, targets: [target], seaConfig });
}

async function stampOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const file of files) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
