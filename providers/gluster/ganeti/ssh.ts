import { Failure } from '#src/errors.ts';
import { type CommandResult, run } from '#src/exec.ts';
import { readIfThere } from '#src/files.ts';
import { ganetiDirectory } from './ssconf.ts';

/** What is needed to reach a node as Ganeti does. */
export interface SshAccess {
  /** Ganeti has one host key for all nodes, under this name. */
  readonly clusterName: string;
  readonly port: number;
}

/** How long a machine that is off is waited for: seconds. */
const connectPatience = 10;

/**
 * Runs one command as root on another node of the cluster; `input` is its standard input. ssh gives the command to a
 * shell there: it has to be a fixed text. The master can reach every node.
 */
export async function runOn(node: string, command: string, input: string, timeLimit: number): Promise<CommandResult> {
  const clusterName = readIfThere(`${ganetiDirectory}/ssconf_cluster_name`)?.trim() ?? '';
  if (clusterName === '')
    throw new Failure('environment', 'this node is in no Ganeti cluster', { hint: 'run this on the master node' });
  const port = portOf(node, readIfThere(`${ganetiDirectory}/ssconf_ssh_ports`) ?? '');
  return await run(sshCommand(node, command, { clusterName, port }), { input, timeLimit });
}

/** The options are those of Ganeti itself (_BuildSshOptions of lib/ssh.py, the same in 3.0 and 3.1). */
export function sshCommand(node: string, command: string, { clusterName, port }: SshAccess): readonly string[] {
  const options = [
    'EscapeChar=none',
    'HashKnownHosts=no',
    `GlobalKnownHostsFile=${ganetiDirectory}/known_hosts`,
    'UserKnownHostsFile=/dev/null',
    'CheckHostIp=no',
    `ConnectTimeout=${connectPatience}`,
    // A machine that dies meanwhile is found out.
    'ServerAliveInterval=10',
    'ServerAliveCountMax=3',
    `HostKeyAlias=${clusterName}`,
    `Port=${port}`,
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
  ];
  return ['ssh', '-q', ...options.map((option) => `-o${option}`), '-lroot', '--', node, command];
}

/** The port of sshd on a node, from lines `NODE=PORT`. */
export function portOf(node: string, lines: string): number {
  const line = lines.split('\n').find((one) => one.startsWith(`${node}=`));
  return Number(line?.slice(node.length + 1)) || 22;
}
