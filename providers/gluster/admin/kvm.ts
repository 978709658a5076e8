import { existsSync } from 'node:fs';
import { Failure } from '../../../src/errors.ts';
import { mustRun, run } from '../../../src/exec.ts';
import { writeFileAtomic } from '../../../src/files.ts';
import { hasGlusterDriver, qemuOfNode, savedPathFile, takesAnyUri } from '../kvm/driver.ts';
import type { CommandInput, Report } from './command.ts';
import { table } from './table.ts';

const wrapper = '/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm';

/** gnt-gluster kvm enable [--dry-run] */
export async function kvmEnable({ flags }: CommandInput): Promise<Report> {
  const current = await clusterPath();
  if (current === wrapper) return done([], `kvm_path of the cluster is ${wrapper} already\n`);
  if (!existsSync(wrapper)) throw new Failure('environment', `${wrapper} is not installed`, { hint: './install.sh' });
  const commands = [
    ['gnt-cluster', 'copyfile', savedPathFile],
    ['gnt-cluster', 'modify', '-H', `kvm:kvm_path=${wrapper}`],
  ];
  if (flags.has('dry-run'))
    return done(commands, `would write ${current} to ${savedPathFile}, then\n${lines(commands)}`);
  writeFileAtomic(savedPathFile, `${current}\n`);
  await perform(commands, wrapper);
  const notes = [
    `${savedPathFile} keeps ${current} on every node.`,
    'A guest gets the wrapper when it is started anew; until then nothing changes for it.',
  ];
  return done(commands, `${lines(commands)}${notes.join('\n')}\n`);
}

/** gnt-gluster kvm disable [--dry-run] */
export async function kvmDisable({ flags }: CommandInput): Promise<Report> {
  const current = await clusterPath();
  if (current !== wrapper) return done([], `kvm_path of the cluster is ${current}, not ours\n`);
  const commands = [['gnt-cluster', 'modify', '-H', `kvm:kvm_path=${qemuOfNode()}`]];
  if (flags.has('dry-run')) return done(commands, `would run\n${lines(commands)}`);
  await perform(commands, qemuOfNode());
  const note = `Guests that were started with the wrapper need it until they are started anew: ${wrapper} has to stay.`;
  return done(commands, `${lines(commands)}${note}\n`);
}

/** gnt-gluster kvm status */
export async function kvmStatus(): Promise<Report> {
  const current = await clusterPath();
  const instances = await instancePaths();
  const enabled = current === wrapper;
  const rows = instances.map(({ instance, path }) => [instance, path, path === wrapper ? 'yes' : 'no']);
  const summary = enabled
    ? `The cluster starts guests through ${wrapper}, which runs ${qemuOfNode()}.`
    : `The cluster starts guests with ${current}. To have them started through ${wrapper}: gnt-gluster kvm enable`;
  const driver = await hasGlusterDriver();
  const here = `With access=userspace a guest that starts on this node ${wayHere(enabled, driver)}.`;
  const text = `${summary}\n${here}\n${rows.length === 0 ? '' : `\n${await table(['Instance', 'kvm_path', 'Ours'], rows)}`}`;
  return { json: { enabled, clusterPath: current, qemu: enabled ? qemuOfNode() : current, driver, instances }, text };
}

function wayHere(enabled: boolean, driver: boolean): string {
  if (!enabled && !takesAnyUri()) return 'does not start: Ganeti 3.1 needs the wrapper for that';
  if (driver) return "uses QEMU's gluster driver";
  return "uses the image's file on the mount, because QEMU here has no gluster driver (qemu-block-extra in Debian)";
}

function lines(commands: readonly (readonly string[])[]): string {
  return commands.map((command) => `  ${command.join(' ')}\n`).join('');
}

function done(commands: readonly (readonly string[])[], text: string): Report {
  return { json: { commands }, text };
}

async function perform(commands: readonly (readonly string[])[], wanted: string): Promise<void> {
  // Ganeti asks every node whether it has the file before it accepts the parameter.
  for (const command of commands) await mustRun(command, { timeLimit: 300_000 });
  const now = await clusterPath();
  if (now !== wanted) throw new Failure('failed', `kvm_path of the cluster is ${now} and should be ${wanted}`);
}

/** The kvm_path of the cluster. Throws a Failure of kind environment where Ganeti does not answer. */
async function clusterPath(): Promise<string> {
  const result = await run(['gnt-cluster', 'info'], { timeLimit: 120_000 });
  const path = parseClusterPath(result.stdout);
  if (result.exitCode === 0 && path !== undefined) return path;
  throw new Failure('environment', 'Ganeti does not tell its kvm_path', {
    hint: 'run this on the master node, of a cluster with the hypervisor kvm: gnt-cluster getmaster',
    command: { argv: result.argv, outcome: `exit status ${result.exitCode}`, output: result.stderr },
  });
}

/** Finds kvm_path among the hypervisor parameters in what `gnt-cluster info` prints, before those of single OSes. */
export function parseClusterPath(info: string): string | undefined {
  const [, section = ''] = /^Hypervisor parameters:\s*\n((?: .*\n)*)/m.exec(info) ?? [];
  const [, ofKvm = ''] = /^ +kvm:\s*\n((?: {4,}.*\n)*)/m.exec(section) ?? [];
  return /^ +kvm_path: (\/.*\S)\s*$/m.exec(ofKvm)?.[1];
}

async function instancePaths(): Promise<readonly { readonly instance: string; readonly path: string }[]> {
  const argv = ['gnt-instance', 'list', '--no-headers', '--separator=|', '-o', 'name,hypervisor,hv/kvm_path'];
  const rows = (await mustRun(argv, { timeLimit: 120_000 })).split('\n').map((line) => line.split('|'));
  return rows.flatMap(([instance = '', hypervisor, path = '']) => (hypervisor === 'kvm' ? [{ instance, path }] : []));
}
