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

/** Starts a process that has a file or device open. Returns its id and a function that ends it. */
export async function holdOpen(
  ledger: Ledger,
  path: string,
): Promise<{ readonly pid: string; readonly end: () => Promise<unknown> }> {
  const pid = (await shell('exec 3<"$1"; sleep 300 >/dev/null 2>&1 </dev/null & echo $!', path)).trim();
  const end = (): Promise<unknown> =>
    shell('kill -KILL "$1" 2>/dev/null || true; while kill -0 "$1" 2>/dev/null; do sleep 0.02; done', pid);
  ledger.later(end);
  return { pid, end };
}
