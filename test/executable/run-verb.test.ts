import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from './support.ts';

const made: string[] = [];

afterAll(() => Promise.all(made.map((directory) => rm(directory, { recursive: true }))));

/** A verb beside a script in place of the program, which works or watches as it is told. */
async function verbOf({ work, watch = 'exec sleep 60' }: { work: string; watch?: string }): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'run verb '));
  made.push(directory);
  await copyFile(path.join(root, 'providers/gluster/files/run-verb'), path.join(directory, 'run-verb'));
  await symlink('run-verb', path.join(directory, 'grow'));
  const program = `#!/bin/bash\nhere=$(dirname "$0")\ncase $GANETI_EXTSTORAGE_WORKER in\ngrow) ${work} ;;\nwatch) ${watch} ;;\nesac\n`;
  await writeFile(path.join(directory, 'ganeti-extstorage-gluster'), program, { mode: 0o755 });
  return path.join(directory, 'grow');
}

/** Runs a verb, whose own time limit only ends a test that hangs. */
async function runVerb(verb: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  return await execa(verb, args, { reject: false, stripFinalNewline: false, timeout: 300_000, env });
}

describe.concurrent('a verb that a script has done', () => {
  test('says on standard error what its worker says, and ends as that does', async () => {
    const verb = await verbOf({ work: 'echo out; echo err >&2; cat; printf "no end"; exit 6' });
    const { exitCode, stdout, stderr } = await runVerb(verb);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 6, stdout: '', stderr: 'out\nerr\nno end' });
  });

  test('ends as one that a signal ended', async () => {
    const verb = await verbOf({ work: 'kill -KILL $$' });
    expect((await runVerb(verb)).exitCode).toBe(128 + 9);
  });

  test.each([
    ['with arguments', ['--help'], {}],
    ['told to do its work by itself', [], { GANETI_EXTSTORAGE_WORKER: 'grow' }],
  ])('becomes the program %s', async (_, args, env) => {
    const verb = await verbOf({ work: 'exit 9' });
    await writeFile(path.join(path.dirname(verb), 'ganeti-extstorage-gluster'), '#!/bin/bash\necho "$$ $PPID $*"\n');
    const { stdout, exitCode } = await runVerb(verb, args, env);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^[0-9]+ ${process.pid} ${args.join(' ')}\\n$`));
  });

  test('does its work to the end when nobody listens any more', async () => {
    const verb = await verbOf({ work: 'sleep 1; for i in {1..9}; do echo $i; done; : >"$here/done"' });
    await execa('bash', ['-c', '"$1" 2>&1 | true', 'bash', verb]);
    await expect.poll(() => existsSync(path.join(path.dirname(verb), 'done')), { timeout: 60_000 }).toBe(true);
  });

  test('does not wait for what its worker left behind', async () => {
    const verb = await verbOf({ work: 'sleep 600 & echo $! >"$here/pid"; exit 0' });
    expect((await runVerb(verb)).exitCode).toBe(0);
    process.kill(Number(await readFile(path.join(path.dirname(verb), 'pid'), 'utf8')));
  });

  test('passes on what its worker said last, whenever that was', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${5 + index / 40} said`);
    const ends = texts.map(async (text) => {
      // About when the script looks how the worker is. Something else keeps the output open.
      const verb = await verbOf({ work: `sleep 9 & sleep ${text.split(' ')[0]}; echo "${text}"` });
      return (await runVerb(verb)).stderr;
    });
    expect(await Promise.all(ends)).toEqual(texts.map((text) => `${text}\n`));
  });

  test('leaves no worker when it is killed', async () => {
    const verb = await verbOf({ work: 'echo $$ >"$here/pid.new"; mv "$here/pid.new" "$here/pid"; exec sleep 600' });
    const running = runVerb(verb);
    const file = path.join(path.dirname(verb), 'pid');
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    const worker = (await readFile(file, 'utf8')).trim();
    const [parent = ''] = (await readFile(`/proc/${worker}/stat`, 'utf8')).replace(/^.*\) S /, '').split(' ');
    process.kill(Number(parent), 'SIGKILL');
    await running;
    await expect.poll(() => existsSync(`/proc/${worker}`), { timeout: 60_000 }).toBe(false);
  });

  test('ends with 7 when what watches its worker gives that up', async () => {
    const verb = await verbOf({ work: 'exec sleep 600', watch: 'echo "$1 hangs" >&2; kill -KILL $2; exit 7' });
    const { exitCode, stderr } = await runVerb(verb);
    expect({ exitCode, stderr }).toEqual({ exitCode: 7, stderr: 'grow hangs\n' });
  });

  test.each(['exit 1', 'kill -KILL $$'])('does its work when what watches it ends with %j', async (watch) => {
    const verb = await verbOf({ work: 'sleep 9; echo done', watch });
    const { exitCode, stderr } = await runVerb(verb);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^done\n$/m);
  });

  test('ends as its worker when that was killed by something else than what watches it', async () => {
    const watch = 'while kill -0 $2 2>/dev/null; do sleep 0.1; done; exit 0';
    const verb = await verbOf({ work: 'sleep 9; kill -KILL $$', watch });
    expect((await runVerb(verb)).exitCode).toBe(128 + 9);
  });
});
