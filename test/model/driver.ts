/**
 * Runs inside a node and does what it is asked, one line of JSON after the other, until its standard input ends: to
 * enter a node's namespaces for each call would take longer than most calls.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, fsyncSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { blockBytes, type Question, type Ran } from './protocol.ts';
import { namesIn, treeOf } from './tree.ts';

const runDirectory = '/run/ganeti-gluster';

for await (const line of createInterface({ input: process.stdin })) {
  let answer: unknown;
  try {
    answer = { result: await answerTo(JSON.parse(line)) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function answerTo(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'run':
      return await run(question.argv, question.environment);
    case 'tree':
      return treeOf(question.roots);
    case 'write':
      return write(question.path, question.offset, question.mark);
    case 'read':
      return question.offsets.map((offset) => read(question.path, offset));
    case 'put':
      return writeFileSync(question.path, question.text);
    case 'here':
      return { devices: await devices(), mounts: mounts().map(({ point }) => point), records: records() };
  }
}

async function run(argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ran> {
  const [command = '', ...args] = argv;
  const cwd = command.startsWith('/usr/share/') ? command.slice(0, command.lastIndexOf('/')) : '/';
  const child = spawn(command, args, {
    env: environment,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 180_000,
    killSignal: 'SIGKILL',
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (data) => (said[name] += String(data)));
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ exitCode: code ?? (signal === null ? -1 : 137), ...said }));
  });
}

/** A block that says which write made it. */
function blockOf(mark: number): Buffer {
  return Buffer.alloc(blockBytes, `write ${mark};`);
}

function write(path: string, offset: number, mark: number): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, blockOf(mark), 0, blockBytes, offset);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Which write made a block; 0 for none, -1 for what no write of ours made or is not all there. A file is read past the
 * page cache: what another client has written beyond the first piece of it changes nothing by which the kernel could
 * tell.
 */
function read(path: string, offset: number): number {
  const file = openSync(path, path.startsWith('/dev/') ? constants.O_RDONLY : constants.O_RDONLY | constants.O_DIRECT);
  try {
    const block = Buffer.alloc(blockBytes);
    const length = readSync(file, block, 0, blockBytes, offset);
    if (length < blockBytes) return -1;
    if (block.every((byte) => byte === 0)) return 0;
    const mark = Number(/^write (\d+);/.exec(block.toString('latin1', 0, 32))?.[1] ?? -1);
    return blockOf(mark).equals(block) ? mark : -1;
  } finally {
    closeSync(file);
  }
}

function mounts(): readonly { readonly point: string; readonly device: string }[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[4]?.startsWith(`${runDirectory}/mnt/`))
    .map((fields) => ({ device: fields[2] ?? '', point: fields[4] ?? '' }));
}

/** The loop devices of this node: of all that the kernel has those with a file on one of the mounts here. */
async function devices(): Promise<
  readonly { readonly device: string; readonly inode: string; readonly file: string }[]
> {
  const columns = 'NAME,BACK-INO,BACK-MAJ:MIN,BACK-FILE';
  const { stdout } = await run(['/usr/sbin/losetup', '--list', '--noheadings', '--raw', '--output', columns], {});
  const own = new Set(mounts().map(({ device }) => device));
  return stdout.split('\n').flatMap((line) => {
    const [device = '', inode = '', fileSystem = '', file = ''] = line.split(' ').map(unescaped);
    return own.has(fileSystem) ? [{ device, inode, file }] : [];
  });
}

/** losetup pads a column, and writes the blanks as text. */
function unescaped(column: string): string {
  return column.replaceAll('\\x20', ' ').trim();
}

function records(): readonly string[] {
  return namesIn(`${runDirectory}/images`);
}
