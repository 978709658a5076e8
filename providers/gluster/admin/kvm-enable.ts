import { existsSync } from 'node:fs';
import { clusterKvmPath } from '#gluster/ganeti/hypervisor.ts';
import { qemuOfNode, savedPathFile } from '#gluster/kvm/driver.ts';
import { isWrapper, wrapper } from '#gluster/kvm/wrapper.ts';
import { Failure } from '#src/errors.ts';
import { mustRun } from '#src/exec.ts';
import { writeFileAtomic } from '#src/files.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';

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
  const current = await clusterKvmPath();
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
    'A guest uses the wrapper after its next start; until then nothing changes for it.',
  ];
  return done(commands, `${lines(commands)}${notes.join('\n')}\n`);
}

/** gnt-gluster kvm disable [--dry-run] */
export const kvmDisable: Command = {
  name: 'kvm disable',
  summary: 'start guests without gnt-gluster-kvm again',
  operands: [],
  options: {},
  flags: dryRun,
  local: true,
  run: disable,
};

async function disable({ flags }: CommandInput): Promise<Report> {
  const current = await clusterKvmPath();
  if (!isWrapper(current)) return done([], `kvm_path of the cluster is ${current}, not ours\n`);
  const commands = [['gnt-cluster', 'modify', '-H', `kvm:kvm_path=${qemuOfNode()}`]];
  if (flags.has('dry-run')) return done(commands, `would run\n${lines(commands)}`);
  await perform(commands, qemuOfNode());
  const note = `Do not remove ${wrapper}: guests that were started with it need it until their next start.`;
  return done(commands, `${lines(commands)}${note}\n`);
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
  const now = await clusterKvmPath();
  if (now !== wanted) throw new Failure('failed', `kvm_path of the cluster is ${now} and should be ${wanted}`);
}
