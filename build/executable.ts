import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pkgLog from '@yao-pkg/pkg/lib-es5/log.js';
import pkgSea from '@yao-pkg/pkg/lib-es5/sea.js';
import type { Bundle } from './bundle.ts';
import { mustRun } from './exec.ts';
import { nodeArguments, randomSeed } from './node-arguments.ts';
import type { Architecture } from './options.ts';

/** The executable as built: where it is, how large, and whether this call had to make it. */
export interface Executable {
  readonly path: string;
  readonly bytes: number;
  readonly fresh: boolean;
}

/** What goes into an executable. */
export interface Ingredients {
  readonly architecture: Architecture;
  /** The Node to build in, of that architecture. */
  readonly node: string;
  /** build/loader.ts, bundled. */
  readonly loader: string;
  readonly bundle: Bundle;
}

/**
 * Makes a single executable application without the network. Skips the work when everything that goes into it is as it
 * was the last time. The same ingredients give the same bytes.
 */
export async function buildExecutable(ingredients: Ingredients, output: string): Promise<Executable> {
  const stampFile = `${output}.stamp`;
  const stamp = await stampOf(ingredients);
  const fresh = (await readFile(stampFile, 'utf8').catch(() => '')) !== stamp || !(await exists(output));
  if (fresh) {
    const beside = `${output}.${process.pid}`;
    await inject(ingredients, await withCodeCaches(ingredients), beside);
    await chmod(beside, 0o755);
    await rename(beside, output);
    await writeFile(stampFile, stamp);
  }
  return { path: output, bytes: (await stat(output)).size, fresh };
}

/** Of these a verb runs most. Of all others a process uses little. */
const wholeParts = ['main', 'smol-toml'];

type Assets = Readonly<Record<string, string>>;

/** V8 refuses a cache that was made on another architecture, so such an executable has empty ones and starts slower. */
async function withCodeCaches({ architecture, bundle }: Ingredients): Promise<Assets> {
  for (const [name, file] of Object.entries(bundle)) {
    if (architecture === process.arch) await makeCodeCache(file, wholeParts.includes(name));
    else await writeFile(`${file}.cache`, '');
  }
  const entries = Object.entries(bundle).flatMap(([name, file]) => [
    [name, file],
    [`${name}.cache`, `${file}.cache`],
  ]);
  return Object.fromEntries(entries);
}

async function makeCodeCache(file: string, isWhole: boolean): Promise<void> {
  const script = path.join(import.meta.dirname, 'code-cache.ts');
  const argv = [
    process.execPath,
    `--random-seed=${randomSeed}`,
    script,
    path.basename(file),
    ...(isWhole ? ['whole'] : []),
  ];
  // NODE_OPTIONS and the like could change what V8 makes of it.
  await mustRun(argv, { cwd: path.dirname(file), env: {} });
}

async function inject({ architecture, node, loader }: Ingredients, assets: Assets, output: string): Promise<void> {
  const scratch = await mkdtemp(`${output}.`);
  const seaConfig = {
    // The path of the program gets into the executable: told from pkg's own directory, it is the same everywhere.
    main: path.join('../..', path.basename(loader)),
    assets,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    execArgv: nodeArguments,
    // The verbs run as root in whatever environment the node daemon has, and NODE_OPTIONS in it must not reach them.
    execArgvExtension: 'none',
  };
  const target = { nodeRange: 'node24', platform: 'linux', arch: architecture, output } as const;
  const temporary = process.env.TMPDIR;
  process.env.TMPDIR = scratch;
  pkgLog.log.info = () => {};
  // What writes into the executable adds some for every executable.
  process.setMaxListeners(0);
  try {
    // With useLocalNode the running Node prepares what goes into that of another architecture.
    await pkgSea.default(loader, {
      signature: false,
      nodePath: node,
      useLocalNode: true,
      targets: [target],
      seaConfig,
    });
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = temporary;
    await rm(scratch, { recursive: true });
  }
}

async function stampOf({ architecture, node, loader, bundle }: Ingredients): Promise<string> {
  const recipe = ['executable.ts', 'code-cache.ts', 'node-arguments.ts', 'prepared-node.ts', 'deaf-node.ts'];
  const files = [...recipe.map((name) => path.join(import.meta.dirname, name)), loader, ...Object.values(bundle)];
  const hash = createHash('sha256').update(`${process.version} ${architecture} ${(await stat(node)).size}`);
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex');
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
