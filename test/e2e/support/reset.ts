import { look, run } from './commands.ts';
import { lab } from './lab.ts';

/**
 * Brings the cluster back to what every file expects, from whatever a failed step left. Says only what it has to do.
 */
export async function resetCluster(): Promise<void> {
  const { master, nodes } = lab();
  for (const node of nodes) await node.boot();
  for (const line of await look(master, 'gnt-node list --no-headers --separator=: -o name,offline')) {
    const [name = '', offline] = line.split(':');
    if (offline === 'Y') await readd(name);
  }
  for (const name of await look(master, 'gnt-instance list --no-headers -o name'))
    await run(`gnt-instance remove -f --shutdown-timeout=0 ${name}`);
  for (const line of await look(master, 'gnt-backup list --no-headers --separator=: -o node,export')) {
    const exported = line.split(':')[1] ?? '';
    if (exported.endsWith('.lab')) await run(`gnt-backup remove ${exported}`);
  }
  const access = (await look(master, 'gnt-cluster info')).filter((line) => /^ +access: .*userspace/.test(line));
  if (access.length > 0) await run('gnt-cluster modify -D ext:access=kernelspace');
  const parameters = await look(master, 'cat /var/lib/ganeti/ssconf_hvparams_kvm');
  if (parameters.includes('use_chroot=True')) await run('gnt-cluster modify -H kvm:use_chroot=false');
  if (await usesWrapper()) await run('gnt-gluster kvm disable');
  const files = ['/etc/ganeti/gluster.toml', '/etc/ganeti/gluster-kvm-path'];
  for (const node of nodes) await node.exec(['rm', '-f', ...files]);
}

/** Whether the cluster starts guests through gnt-gluster-kvm. */
async function usesWrapper(): Promise<boolean> {
  return (await look(lab().master, 'gnt-cluster info')).some((line) => /^ +kvm_path: .*gnt-gluster-kvm/.test(line));
}

/** Takes a node that was off back into the cluster: Ganeti's own advice instead of `gnt-node modify --offline=no`. */
export async function readd(node: string): Promise<void> {
  await run(`gnt-node add --readd --no-ssh-key-check ${node}`);
}
