import { node, shell } from '../../support/lab.ts';
import type { Ledger } from '../../support/ledger.ts';
import { providerMount } from './storage.ts';

const configurationFile = '/etc/ganeti/gluster.toml';

/** Gives the node a configuration until the end of the test; disks named after this are removed before it goes. */
export async function configure(ledger: Ledger, toml: string): Promise<void> {
  ledger.later(() => shell('rm -f "$1"', configurationFile));
  await node().exec(['sh', '-c', 'mkdir -p /etc/ganeti && cat >"$1"', 'sh', configurationFile], { input: toml });
}

/** Puts a script of ours before a tool, at the first place of the PATH the provider gives its children. */
export async function fakeTool(ledger: Ledger, tool: string, script: string): Promise<void> {
  await placeScript(ledger, `/usr/local/sbin/${tool}`, script);
}

/** Replaces a program by a script of ours, or by nothing. For those that are not looked for along the PATH. */
export async function replaceProgram(ledger: Ledger, path: string, script?: string): Promise<void> {
  ledger.later(() => shell('mv "$1.real" "$1"', path));
  await shell('mv "$1" "$1.real"', path);
  if (script !== undefined) await writeScript(path, script);
}

async function placeScript(ledger: Ledger, path: string, script: string): Promise<void> {
  ledger.later(() => shell('rm -f "$1"', path));
  await writeScript(path, script);
}

async function writeScript(path: string, script: string): Promise<void> {
  await node().exec(['sh', '-c', 'cat >"$1"; chmod 755 "$1"', 'sh', path], { input: `#!/bin/sh\n${script}\n` });
}

/** The process that serves the provider's mount of a volume. */
export async function fuseClient(volume?: string): Promise<string> {
  return (await shell('pgrep -f "^/usr/sbin/glusterfs .*$1\\$"', providerMount(volume))).trim();
}

/** Kills it and waits until it is gone. */
export async function killFuseClient(volume?: string): Promise<void> {
  await shell('kill -KILL "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.02; done', await fuseClient(volume));
}

/** Stops it until the end of the test, or until the returned function is called. */
export async function stopFuseClient(ledger: Ledger, volume?: string): Promise<() => Promise<unknown>> {
  const pid = await fuseClient(volume);
  const resume = (): Promise<unknown> => shell('kill -CONT "$1" || true', pid);
  ledger.later(resume);
  await shell('kill -STOP "$1"', pid);
  return resume;
}

/** A process of the node that ends with the test, or before. */
export interface Holder {
  readonly pid: string;
  readonly end: () => Promise<unknown>;
}

/** Starts a process that has a file or device open. */
export async function holdOpen(ledger: Ledger, path: string): Promise<Holder> {
  return holder(ledger, await shell('exec 3<"$1"; sleep 300 >/dev/null 2>&1 </dev/null & echo $!', path));
}

/** Starts a process that looks like QEMU with some arguments, and has nothing open. */
export async function asQemu(ledger: Ledger, options: string): Promise<Holder> {
  const program = `bash -c 'exec -a "$0" sleep 300' "qemu-system $1" >/dev/null 2>&1 </dev/null & echo $!`;
  const started = holder(ledger, await shell(program, options));
  // It takes a moment until the process has its arguments.
  await shell('until grep -q "^qemu-system" /proc/"$1"/cmdline; do sleep 0.02; done', started.pid);
  return started;
}

function holder(ledger: Ledger, printed: string): Holder {
  const pid = printed.trim();
  const end = (): Promise<unknown> =>
    shell('kill -KILL "$1" 2>/dev/null || true; while kill -0 "$1" 2>/dev/null; do sleep 0.02; done', pid);
  ledger.later(end);
  return { pid, end };
}
