import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutVariables } from '../../build/deaf-node.ts';
import { nodeArguments } from '../../build/node-arguments.ts';
import { directoryName, parseOptions } from '../../build/options.ts';
import { built, root } from './support.ts';

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'program test '));
});

afterAll(() => rm(scratch, { recursive: true }));

const node = path.join(root, `build/out/work/node-${process.version}-${process.arch}`);
const { architecture } = parseOptions([]);

test('an executable of one verb is that verb whatever it is called', async () => {
  // A process of its own: vitest would import pkg in another way than Node.
  const script = `
    import { buildProgram } from ${JSON.stringify(path.join(root, 'build/program.ts'))};
    const program = { name: 'grow', entry: 'providers/gluster/grow.ts' };
    const made = await buildProgram(program, ${JSON.stringify({ architecture, node, root, work: scratch })});
    console.log(made.path);`;
  const { stdout: made } = await execa(process.execPath, ['--input-type=module', '-e', script]);
  const elsewhere = path.join(scratch, 'attach');
  await rename(made, elsewhere);
  const { stdout } = await execa(elsewhere, ['--help'], { env: {}, extendEnv: false });
  expect(stdout).toMatch(/^usage: grow\n/);
});

test.each([
  [[], 'name'],
  [['--separate'], 'name-separate'],
  [['--arch', architecture === 'x64' ? 'arm64' : 'x64', '--separate'], /^name-separate-linux-(x64|arm64)$/],
])('a build with %j has a directory of its own', (options, expected) => {
  expect(directoryName('name', parseOptions(options))).toMatch(expected);
});

test('V8 accepts the code cache of every part', async () => {
  const parts = path.join(root, `build/out/work/${path.basename(built)}-${process.arch}`);
  const files = (await readdir(parts)).filter((name) => name.endsWith('.cjs') && name !== 'loader.cjs');
  expect(files).toContain('main.cjs');
  const script = `
    const { readFileSync } = require('node:fs');
    for (const filename of process.argv.slice(1)) {
      const options = { filename, cachedData: readFileSync(filename + '.cache') };
      const { cachedDataRejected } = new (require('node:vm').Script)(readFileSync(filename, 'latin1'), options);
      if (cachedDataRejected !== false) console.log(filename);
    }`;
  const { stdout } = await execa(process.execPath, [...nodeArguments, '-e', script, ...files], { cwd: parts });
  expect(stdout).toBe('');
});

describe('a Node without some variables', () => {
  const names = ['NODE_REPL_EXTERNAL_MODULE', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE'];
  const literals = names.map((name) => `before\0${name}\0after`).join('');
  const inSnapshot = Buffer.concat([Buffer.from([16, 0, 0, 0]), Buffer.from('NODE_V8_COVERAGE\0')]);

  test('lacks their names in its C++ code only', () => {
    const deaf = withoutVariables(Buffer.concat([Buffer.from(literals), inSnapshot]));
    expect(deaf.toString()).toContain('before\0\0ODE_V8_COVERAGE\0after');
    expect(deaf.subarray(-inSnapshot.length)).toEqual(inSnapshot);
  });

  test.each([
    ['0', inSnapshot.toString()],
    ['2', literals + literals],
  ])('is refused when it has a name %s times', (_, content) => {
    expect(() => withoutVariables(Buffer.from(content))).toThrow('unknown to build/deaf-node.ts');
  });
});
