import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '#src/exec.ts';
import { verbNames } from '#src/verbs.ts';
import { lateLibraries } from '../../build/late-libraries.ts';
import { nodeArguments } from '../../build/node-arguments.ts';
import { attachedHere, built, expectedReply, imageName, root, startServer } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

/** Modules of Node that are in its snapshot, or cost next to nothing. */
const cheap = ['node:fs', 'node:os', 'node:path', 'node:timers/promises'];

test.each(verbNames)('%s loads no library and no costly module of Node before it needs it', async (verb) => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [`providers/gluster/${verb}.ts`],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    metafile: true,
    plugins: [lateLibraries(new Set())],
  });
  const loaded = loadedAtOnce(metafile, `providers/gluster/${verb}.ts`);
  expect(loaded.filter((module) => module.startsWith('node:') && !cheap.includes(module))).toEqual([]);
  expect(loaded.filter((module) => module.includes('node_modules'))).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((input) => input.includes('node_modules'))).toEqual([]);
});

/** All that one module imports, and what that imports, except by `import()`. */
function loadedAtOnce(metafile: Metafile, entry: string): readonly string[] {
  const found = new Set([entry]);
  for (const module of found)
    for (const { path: imported, kind } of metafile.inputs[module]?.imports ?? [])
      if (kind !== 'dynamic-import') found.add(imported);
  return [...found];
}

test('attach of an image that is attached starts no process', async () => {
  const calls = 'execve,fork,vfork,clone,clone3';
  const script = `
    strace -f -qq -e trace=${calls} -o /mnt/trace env -i VOL_NAME=${imageName} ${built}/attach
    grep -v CLONE_THREAD /mnt/trace | grep -c . >&2`;
  const { stdout, stderr } = await attachedHere(server.port, script);
  expect(stdout).toMatch(expectedReply(server.port));
  // env, and attach in its place.
  expect(stderr).toBe('2');
});

const work = path.join(root, 'build/out/work/ganeti-extstorage-gluster-x64');

test('what a verb reads has nothing of the command of the administrator', () => {
  const partOf = (name: string): string => readFileSync(path.join(work, `${name}.cjs`), 'latin1');
  expect(partOf('gnt-gluster')).toContain('// providers/gluster/admin/');
  expect(partOf('main')).toContain('// providers/gluster/provider.ts');
  expect(partOf('main')).not.toContain('// providers/gluster/admin/');
});

test.each(['main', 'gnt-gluster', 'smol-toml', 'execa'])('V8 takes the code cache of %s', async (part) => {
  const harness = `
    const [source, cachedData] = process.argv.slice(1).map((file) => require('node:fs').readFileSync(file));
    const script = new (require('node:vm').Script)(source.toString('latin1'), { cachedData });
    process.stdout.write(String(script.cachedDataRejected));`;
  const files = ['', '.cache'].map((suffix) => path.join(work, `${part}.cjs${suffix}`));
  const { stdout } = await run([process.execPath, ...nodeArguments, '-e', harness, ...files]);
  expect(stdout).toBe('false');
});

test('attach of an image that is attached loads no library', async () => {
  const main = path.join(work, 'main.cjs');
  const script = `exec env -i VOL_NAME=${imageName} bash --norc -c 'exec -a attach "$@"' bash "$@"`;
  const harness = `
    const source = require('node:fs').readFileSync(process.argv[1], 'latin1');
    process.argv.splice(1, 1);
    const loadLibrary = (name) => { throw new Error(name + ' is loaded'); };
    new (require('node:vm').Script)(source).runInThisContext()(require, module, loadLibrary);`;
  const argv = [process.execPath, '-e', harness, main];
  const { stdout, stderr } = await attachedHere(server.port, script, ...argv);
  expect(stderr).toBe('');
  expect(stdout).toMatch(expectedReply(server.port));
});

test('attach of an image that is attached writes and changes no file', async () => {
  const script = `
    strace -f -qq -e trace=%file,ftruncate,fchmod,fchown -o /mnt/trace env -i VOL_NAME=${imageName} ${built}/attach
    grep -E 'O_WRONLY|O_RDWR|O_CREAT|mkdir|rename|unlink|link|chmod|chown|truncate|utime|mknod' /mnt/trace |
      grep -v readlink >&2 || true`;
  const { stdout, stderr } = await attachedHere(server.port, script);
  expect(stdout).toMatch(expectedReply(server.port));
  expect(stderr).toBe('');
});
