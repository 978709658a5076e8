import { Failure } from '#src/errors.ts';
import { mustRun, run } from '#src/exec.ts';

/** An instance of the hypervisor kvm, and what Ganeti knows of the way it is started. */
export interface KvmInstance {
  readonly instance: string;
  readonly path: string;
  readonly chroot: boolean;
  /** Of its disks, such as ext. */
  readonly template: string;
}

/**
 * The kvm_path of the cluster, of gnt-cluster(8). Throws a Failure of kind environment where Ganeti does not answer.
 */
export async function clusterKvmPath(): Promise<string> {
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

/** All instances of the hypervisor kvm. Throws a Failure where Ganeti does not answer. */
export async function kvmInstances(): Promise<readonly KvmInstance[]> {
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
