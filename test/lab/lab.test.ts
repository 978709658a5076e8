import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { numbersIn } from '#src/process-tree.ts';
import { labOfCheckout } from './checkout.ts';
import { createVolume } from './gluster.ts';
import { down, type Lab, open, up } from './lab.ts';
import { labDirectory, labsDirectory } from './layout.ts';
import { attachedFiles } from './loops.ts';
import { type CommandResult, mustRun, run } from './process.ts';
import { namespaceOf } from './processes.ts';
import { remains } from './remains.ts';
import { suiteNames } from './suites.ts';

const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
const name = labOfCheckout('lab-selftest');
const directory = labDirectory(name);

async function runCli(...args: readonly string[]): Promise<CommandResult> {
  return await run([process.execPath, cli, ...args]);
}

function networkInterfaces(): readonly string[] {
  return readdirSync('/sys/class/net').sort();
}

/** The PID namespaces that are a lab's, by the processes that entered them. */
function namespaceMembers(pid: number): readonly number[] {
  const namespace = namespaceOf(pid, 'pid');
  expect(namespace).toBeDefined();
  return numbersIn('/proc').filter((candidate) => namespaceOf(candidate, 'pid') === namespace);
}

describe('a lab of one node', () => {
  let lab: Lab;
  const interfaces = networkInterfaces();

  beforeAll(async () => {
    await down(name);
    lab = await up({ name, nodes: 1, ganeti: false });
  });

  afterAll(async () => {
    await down(name);
  });

  it('is found again by its name, and by the command line', async () => {
    expect(open(name)?.nodes[0]?.pid).toBe(lab.master.pid);
    const { stdout } = await runCli('status', '--json');
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name, state: 'up' }));
  });

  it('says that it runs when it is started twice', async () => {
    const pid = lab.master.pid;
    const again = await runCli('up', '--name', name, '--nodes', '1', '--no-ganeti');
    expect(again).toMatchObject({ exitCode: 0, stdout: `the lab "${name}" already runs\n` });
    expect(lab.master.pid).toBe(pid);
  });

  it('refuses to be another lab', async () => {
    const other = await runCli('up', '--name', name, '--nodes', '2', '--no-ganeti');
    expect(other.exitCode).toBe(5);
    expect(other.stderr).toMatch(/already runs with 1 node without Ganeti, on Debian/);
    const suite = suiteNames.find((candidate) => candidate !== lab.suite) ?? '';
    expect(await runCli('up', '--name', name, '--nodes', '1', '--no-ganeti', '--suite', suite)).toMatchObject(other);
  });

  it('runs a command with exactly the environment given', async () => {
    const result = await lab.master.exec(['/usr/bin/env'], { env: { ONE: 'a b', EMPTY: '' }, cwd: '/etc' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'ONE=a b\nEMPTY=\n', stderr: '' });
    expect((await lab.master.exec(['pwd'], { cwd: '/etc' })).stdout).toBe('/etc\n');
    expect((await lab.master.exec(['cat'], { input: 'text' })).stdout).toBe('text');
  });

  it('hands back the exit code, and ends a command at its time limit', async () => {
    expect(await lab.master.exec(['sh', '-c', 'exit 3'], { reject: false })).toMatchObject({ exitCode: 3 });
    await expect(lab.master.exec(['sh', '-c', 'echo why >&2; exit 3'])).rejects.toThrow(/exited with 3[\s\S]*why/);
    const late = await lab.master.exec(['sleep', '600'], { timeLimit: 300, reject: false });
    expect(late.timedOut).toBe(true);
    expect((await lab.master.exec(['pgrep', '-x', 'sleep', '-a'])).stdout).not.toMatch(/600/);
    const interactive = await runCli('exec', 'node1', '--name', name, '--', 'sh', '-c', 'echo "$HOME"; exit 7');
    expect(interactive).toMatchObject({ exitCode: 7, stdout: '/root\n' });
  });

  it('has a volume, and gets a small one that is as large as its brick', async () => {
    await createVolume({ name: 'small', nodes: lab.nodes, brickMebibytes: 300 });
    const { stdout } = await lab.master.exec(['gluster', 'volume', 'list']);
    expect(stdout.trim().split('\n').sort()).toEqual(['ganeti', 'small']);
    // It is not filled here: Gluster takes a brick down that is full to the last block, and who writes may wait for
    // ever.
    const size =
      'mkdir /mnt/s && mount -t glusterfs node1.lab:/small /mnt/s && df --block-size=1M --output=size /mnt/s';
    const mebibytes = Number((await lab.master.exec(['sh', '-c', size])).stdout.trim().split('\n').at(-1));
    expect(mebibytes).toBeGreaterThan(150);
    expect(mebibytes).toBeLessThanOrEqual(300);
  });

  it('loses /run, loop devices and mounts with the power, and keeps its disk and volumes', async () => {
    await lab.master.exec(['sh', '-c', 'touch /run/volatile /root/kept']);
    await lab.master.exec([
      'sh',
      '-c',
      'mkdir /mnt/g; mount -t glusterfs node1.lab:/ganeti /mnt/g; truncate -s 1M /mnt/g/image',
    ]);
    const device = (await lab.master.exec(['losetup', '--find', '--show', '/mnt/g/image'])).stdout.trim();
    expect(attachedFiles().get(device)).toBe('/mnt/g/image');
    await lab.master.kill();
    expect(lab.master.pid).toBeUndefined();
    expect(attachedFiles().get(device) ?? '').not.toMatch(/image$/);
    await expect(lab.master.exec(['true'])).rejects.toThrow(/node1 is off/);

    await lab.master.boot();
    expect((await lab.master.exec(['sh', '-c', 'ls /run/volatile /root/kept'], { reject: false })).stdout).toBe(
      '/root/kept\n',
    );
    const mount = 'until mount -t glusterfs node1.lab:/ganeti /mnt/g && ls /mnt/g/image; do sleep 0.2; done';
    await lab.master.exec(['sh', '-c', mount], { timeLimit: 30_000 });
  });

  it('is repaired by up when a node died', async () => {
    process.kill(lab.master.pid ?? 0, 'SIGKILL');
    await up({ name, nodes: 1, ganeti: false });
    expect((await lab.master.exec(['hostname'])).stdout).toBe('node1.lab\n');
  });

  it('leaves nothing behind', async () => {
    const mount = 'mkdir -p /run/ganeti-gluster/t && mount -t glusterfs node1.lab:/ganeti /run/ganeti-gluster/t';
    await lab.master.exec(
      ['sh', '-c', `until ${mount}; do sleep 0.2; done; truncate -s 1M /run/ganeti-gluster/t/image`],
      {
        timeLimit: 30_000,
      },
    );
    const device = (
      await lab.master.exec(['losetup', '--find', '--show', '/run/ganeti-gluster/t/image'])
    ).stdout.trim();
    const members = namespaceMembers(lab.master.pid ?? 0);
    expect(members.length).toBeGreaterThan(3);
    expect(remains(name)).not.toEqual([]);

    expect(await runCli('down', '--name', name)).toMatchObject({ exitCode: 0 });
    expect(remains(name)).toEqual([]);
    expect(members.filter((pid) => numbersIn('/proc').includes(pid))).toEqual([]);
    expect(attachedFiles().get(device) ?? '').not.toMatch(/image$/);
    expect(networkInterfaces()).toEqual(interfaces);
    expect(await mustRun(['ip', 'netns', 'list'])).not.toContain(name);
    expect(open(name)).toBeUndefined();
    expect(await runCli('down', '--name', name)).toMatchObject({ exitCode: 0 });
  });
});

/** Kills a command line that brings a lab up, but not the processes it has started. */
async function launchAndKill(milliseconds: number): Promise<void> {
  const launcher = spawn(process.execPath, [cli, 'up', '--name', name, '--nodes', '1', '--no-ganeti']);
  const ended = new Promise((resolve) => launcher.on('exit', resolve));
  await sleep(milliseconds);
  launcher.kill('SIGKILL');
  await ended;
}

describe('a lab whose launcher was killed', () => {
  afterEach(async () => {
    await down(name);
  });

  // From before the first process to after the last step.
  it.each([150, 250, 350, 500, 700, 1000, 1500])('after %i ms is removed by down', async (milliseconds) => {
    await launchAndKill(milliseconds);
    await down(name);
    // What the launcher had only just started cannot come after.
    await sleep(200);
    expect(remains(name)).toEqual([]);
  });

  it('is made anew by up', async () => {
    await launchAndKill(900);
    const lab = await up({ name, nodes: 1, ganeti: false, volume: false });
    expect((await lab.master.exec(['hostname'])).stdout).toBe('node1.lab\n');
    await down(name);
    expect(remains(name)).toEqual([]);
  });

  it('is left alone by down while the launcher lives', async () => {
    const launcher = spawn(process.execPath, [cli, 'up', '--name', name, '--nodes', '1', '--no-ganeti']);
    const ended = new Promise((resolve) => launcher.on('exit', resolve));
    while (!existsSync(`${directory}/hub.pid`)) await sleep(10);
    await expect(down(name)).rejects.toThrow(/is bringing the lab .* up or down/);
    expect(await ended).toBe(0);
    await down(name);
    expect(remains(name)).toEqual([]);
  });
});

describe('the command line', () => {
  it('refuses to work without root', async () => {
    const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const result = await run([...nobody, process.execPath, cli, 'up']);
    expect(result).toMatchObject({ exitCode: 9, stdout: '' });
    expect(result.stderr).toBe('lab: the lab makes namespaces, mounts and loop devices: run it as root\n');
  });

  it('explains itself', async () => {
    expect((await runCli('--help')).stdout).toMatch(/npm run lab -- exec node1/);
    expect(await runCli('up', '--node', '3')).toMatchObject({ exitCode: 2 });
    expect(await runCli('exec', 'node1', '--name', 'nosuchlab', '--', 'true')).toMatchObject({ exitCode: 4 });
    expect(await runCli('up', '--name', '../etc')).toMatchObject({ exitCode: 2 });
    expect(await runCli('up', '--suite', 'sid')).toMatchObject({ exitCode: 2 });
  });

  it('shows a lab that it does not understand as unknown beside the others, and takes it down', async () => {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const text of ['{"name":"x","nodes":1,"suite":"sid","base":"/","ready":true}', '{"name":']) {
      writeFileSync(`${directory}/state.json`, text);
      const { exitCode, stdout } = await runCli('status');
      expect({ exitCode, stdout }).toEqual({
        exitCode: 0,
        stdout: expect.stringMatching(new RegExp(`^${name}: unknown$`, 'm')),
      });
      expect(open(name)).toBeUndefined();
    }
    expect(await runCli('down', '--name', name)).toMatchObject({ exitCode: 0 });
    expect(remains(name)).toEqual([]);
  });

  it('keeps its files from other users', async () => {
    await up({ name, nodes: 1, ganeti: false, volume: false });
    const modes = await mustRun(['stat', '-c', '%a', labsDirectory, directory]);
    expect(modes).toBe('700\n700\n');
    await down(name);
  });
});
