import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { numbersIn } from '#src/process-tree.ts';
import { open } from './lab.ts';
import { labDirectory } from './layout.ts';
import { attachedFiles } from './loops.ts';
import { isMarked, namespaceOf } from './processes.ts';

/** What tells the processes and network interfaces of a running lab from those of the machine. */
export interface Fingerprint {
  /** The PID namespaces of its nodes. */
  readonly namespaces: readonly string[];
  /** The machine's own network interfaces: a lab must not add one. */
  readonly interfaces: readonly string[];
}

/** The traces of a lab; without namespaces when it is not up. */
export function fingerprint(name: string): Fingerprint {
  const pids = open(name)?.nodes.flatMap((node) => node.pid ?? []) ?? [];
  return { namespaces: pids.flatMap((pid) => namespaceOf(pid, 'pid') ?? []), interfaces: networkInterfaces() };
}

/** Everything of a lab that can outlive it, with the names the kernel shows on the machine. */
export function remains(name: string, traces?: Fingerprint): readonly string[] {
  const directory = labDirectory(name);
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const files = [...attachedFiles()].filter(([, file]) => file.startsWith(`${directory}/`));
  const processes = numbersIn('/proc').filter(
    (pid) => isMarked(pid, directory) || traces?.namespaces.includes(namespaceOf(pid, 'pid') ?? '') === true,
  );
  const interfaces = traces === undefined ? [] : networkInterfaces();
  return [
    ...mounts.filter((line) => line.includes(directory)),
    ...files.map(([device, file]) => `${device} ${file}`),
    ...processes.map((pid) => `process ${pid}`),
    ...interfaces.filter((network) => traces?.interfaces.includes(network) === false),
    ...[directory, `${directory}.lock`, `/run/netns/${name}`].filter((path) => existsSync(path)),
  ];
}

function networkInterfaces(): readonly string[] {
  return readdirSync('/sys/class/net').sort();
}
