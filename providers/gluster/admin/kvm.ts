import { existsSync, realpathSync } from 'node:fs';
import { hasGlusterDriver, qemuOfNode, savedPathFile, takesAnyUri } from '#gluster/kvm/driver.ts';
import { libraryGuestsInChroot } from '#gluster/kvm/guests.ts';
import { Failure } from '#src/errors.ts';
import { mustRun, run } from '#src/exec.ts';
import { writeFileAtomic } from '#src/files.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { table } from './table.ts';

const wrapper = '/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm';

/** An instance of the hypervisor kvm, and what Ganeti knows of the way it is started. */
export interface KvmInstance {
  readonly instance: string;
  readonly path: string;
  readonly chroot: boolean;
  /** Of its disks, such as ext. */
  readonly template: string;
}

/** gnt-gluster kvm enable [--dry-run] */
export const kvmEnable: Command = {
  name: 'kvm enable',
  summary: 'start guests through gnt-gluster-kvm, which gives QEMU all servers of an image',
  operands: [],
  options: {},
  flags: dryRun,
  local: true,
  run: enable,
};

async function enable({ flags }: CommandInput): Promise<Report> {
  const current = await clusterPath();
  if (isWrapper(current)) return done([], `kvm_path of the cluster is ${current} already\n`);
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
export const kvmDisable: Command = {
  name: 'kvm disable',
  summary: 'start guests as before gnt-gluster kvm enable',
  operands: [],
  options: {},
  flags: dryRun,
  local: true,
  run: disable,
};

async function disable({ flags }: CommandInput): Promise<Report> {
  const current = await clusterPath();
  if (!isWrapper(current)) return done([], `kvm_path of the cluster is ${current}, not ours\n`);
  const commands = [['gnt-cluster', 'modify', '-H', `kvm:kvm_path=${qemuOfNode()}`]];
  if (flags.has('dry-run')) return done(commands, `would run\n${lines(commands)}`);
  await perform(commands, qemuOfNode());
  const note = `Guests that were started with the wrapper need it until they are started anew: ${wrapper} has to stay.`;
  return done(commands, `${lines(commands)}${note}\n`);
}

/** gnt-gluster kvm status */
export const kvmStatus: Command = {
  name: 'kvm status',
  summary: 'show whether the cluster starts guests through gnt-gluster-kvm',
  operands: [],
  options: {},
  local: true,
  run: showStatus,
};

async function showStatus(): Promise<Report> {
  const current = await clusterPath();
  const instances = await instancePaths();
  const enabled = isWrapper(current);
  const rows = instances.map(({ instance, path, chroot }) => [
    instance,
    path,
    isWrapper(path) ? 'yes' : 'no',
    chroot ? 'yes' : 'no',
  ]);
  const summary = enabled
    ? `The cluster starts guests through ${wrapper}, which runs ${qemuOfNode()}.`
    : `The cluster starts guests with ${current}. To have them started through ${wrapper}: gnt-gluster kvm enable`;
  const driver = await hasGlusterDriver();
  const here = `With access=userspace a guest that starts on this node ${wayHere(enabled, driver)}.`;
  const exposed = libraryGuestsInChroot().map(({ instance }) => instance);
  const notes = [summary, here, ...chrootNotes(instances, exposed)].map((line) => `${line}\n`).join('');
  const listed = rows.length === 0 ? '' : `\n${await table(['Instance', 'kvm_path', 'Ours', 'use_chroot'], rows)}`;
  const qemu = enabled ? qemuOfNode() : current;
  return {
    json: { enabled, clusterPath: current, qemu, driver, instances: instances.map((one) => ({ ...one })), exposed },
    text: `${notes}${listed}`,
  };
}

/** What use_chroot=true means for disks by libgfapi: see chroot.ts. `exposed` run on this node that way. */
export function chrootNotes(instances: readonly KvmInstance[], exposed: readonly string[]): readonly string[] {
  const inChroot = instances.filter(({ chroot, template }) => chroot && template === 'ext');
  const names = (ours: boolean): string =>
    inChroot
      .filter(({ path }) => isWrapper(path) === ours)
      .map(({ instance }) => instance)
      .join(', ');
  const [withWrapper, without, running] = [names(true), names(false), exposed.join(', ')];
  return [
    ...(withWrapper === ''
      ? []
      : [`With use_chroot=true and access=userspace these use the image's file on the mount: ${withWrapper}`]),
    ...(without === ''
      ? []
      : [
          `With use_chroot=true and access=userspace these lose every brick that restarts: ${without}`,
          'hint: gnt-gluster kvm enable; or gnt-instance modify -H use_chroot=false INSTANCE',
        ]),
    ...(running === ''
      ? []
      : [
          `These run on this node with libgfapi in a chroot, and lose every brick that restarts: ${running}`,
          'hint: gnt-gluster kvm enable, then gnt-instance migrate INSTANCE; or shut it down and start it',
        ]),
  ];
}

/** Whether a kvm_path is gnt-gluster-kvm, or a link to it. */
function isWrapper(path: string): boolean {
  return path === wrapper || (existsSync(path) && existsSync(wrapper) && realpathSync(path) === realpathSync(wrapper));
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

async function instancePaths(): Promise<readonly KvmInstance[]> {
  const fields = 'name,hypervisor,hv/kvm_path,hv/use_chroot,disk_template';
  const argv = ['gnt-instance', 'list', '--no-headers', '--separator=|', '-o', fields];
  return parseInstances(await mustRun(argv, { timeLimit: 120_000 }));
}

/** Reads what `gnt-instance list` prints, those of KVM; it shows true as Y. */
export function parseInstances(list: string): readonly KvmInstance[] {
  const rows = list.split('\n').map((line) => line.split('|'));
  return rows.flatMap(([instance = '', hypervisor, path = '', chroot, template = '']) =>
    hypervisor === 'kvm' ? [{ instance, path, chroot: chroot === 'Y', template }] : [],
  );
}
