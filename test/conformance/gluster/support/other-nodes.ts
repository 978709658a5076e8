import { node, shell } from '../../support/lab.ts';
import type { Ledger } from '../../support/ledger.ts';
import { runDirectory } from './storage.ts';

/** Another node as the provider sees it: a host name, a run directory and so a Gluster client of its own. */
export interface OtherNode {
  readonly name: string;
  /** Runs a verb there: the option `wrapper` of its call. */
  readonly wrapper: readonly string[];
  /** Runs a script there. */
  readonly shell: (script: string, ...args: readonly string[]) => Promise<string>;
}

const start = `
unshare --uts --mount --propagation private sh -c '
  hostname "$1"; mkdir -p "$2"
  for point in $(grep -o " $2/mnt[^ ]*" /proc/self/mountinfo); do umount "$point"; done
  mount -t tmpfs tmpfs "$2"; exec sleep 600
' sh "$1" "$2" >/dev/null 2>&1 </dev/null &
until grep -q " $2 .* tmpfs " /proc/$!/mountinfo; do sleep 0.02; done
echo $!
`;

const stop = `
for client in $(pgrep -f "^/usr/sbin/glusterfs .*$2/mnt"); do
  [ "$(readlink /proc/$client/ns/mnt)" != "$(readlink /proc/$1/ns/mnt)" ] || kill -KILL $client
done
kill -KILL $1
`;

/** Starts one in namespaces of the node, until the end of the test. */
export async function otherNode(ledger: Ledger, name: string): Promise<OtherNode> {
  const pid = (await shell(start, name, runDirectory)).trim();
  ledger.later(() => shell(stop, pid, runDirectory));
  const wrapper = ['/usr/bin/nsenter', '-t', pid, '-u', '-m'];
  const inside = async (script: string, ...args: readonly string[]): Promise<string> =>
    (await node().exec([...wrapper, 'sh', '-euc', script, 'sh', ...args], { timeoutMs: 60_000 })).stdout;
  return { name, wrapper, shell: inside };
}

/** Gives a node, from here on, the boot id of another run of it. */
export async function restart(ledger: Ledger, { shell: inside }: Pick<OtherNode, 'shell'>): Promise<void> {
  const file =
    (await inside('cat /proc/sys/kernel/random/uuid | tee /tmp/boot.$$; echo $$')).trim().split('\n')[1] ?? '';
  ledger.later(() => inside('umount /proc/sys/kernel/random/boot_id || true; rm -f "$1"', `/tmp/boot.${file}`));
  await inside('mount --bind "$1" /proc/sys/kernel/random/boot_id', `/tmp/boot.${file}`);
}

/** Makes Ganeti's lists of nodes say which are there and which are offline, until the end of the test. */
export async function ganetiKnows(ledger: Ledger, nodes: readonly string[], offline: readonly string[]): Promise<void> {
  const directory = '/var/lib/ganeti';
  ledger.later(() => shell('rm -f "$1"/ssconf_node_list "$1"/ssconf_offline_nodes', directory));
  const script = 'mkdir -p "$1"; echo "$2" >"$1/ssconf_node_list"; echo "$3" >"$1/ssconf_offline_nodes"';
  await shell(script, directory, nodes.join('\n'), offline.join('\n'));
}
