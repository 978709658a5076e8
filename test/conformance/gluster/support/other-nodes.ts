import { randomUUID } from 'node:crypto';
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
  mount -t tmpfs tmpfs "$2"
  if [ "$3" != shared ]; then
    echo "$3" >"$2/machine-id"; mount --bind "$2/machine-id" /etc/machine-id
  fi
  mkdir "$2/ready"; exec sleep 600
' sh "$1" "$2" "$3" >/dev/null 2>&1 </dev/null &
until [ -d "/proc/$!/root$2/ready" ]; do kill -0 $!; sleep 0.02; done
rmdir "/proc/$!/root$2/ready"
echo $!
`;

const stop = `
for client in $(pgrep -f "^/usr/sbin/glusterfs .*$2/mnt"); do
  [ "$(readlink /proc/$client/ns/mnt)" != "$(readlink /proc/$1/ns/mnt)" ] || kill -KILL $client
done
kill -KILL $1
`;

/**
 * Starts one in namespaces of the node, until the end of the test. It is another machine, whatever its name is; with
 * `machine: 'shared'` a copy that has the machine id of the node.
 */
export async function otherNode(
  ledger: Ledger,
  name: string,
  { machine = 'own' }: { readonly machine?: 'own' | 'shared' } = {},
): Promise<OtherNode> {
  const id = machine === 'own' ? randomUUID().replaceAll('-', '') : machine;
  const pid = (await shell(start, name, runDirectory, id)).trim();
  ledger.later(() => shell(stop, pid, runDirectory));
  const wrapper = ['/usr/bin/nsenter', '-t', pid, '-u', '-m'];
  const inside = async (script: string, ...args: readonly string[]): Promise<string> =>
    (await node().exec([...wrapper, 'sh', '-euc', script, 'sh', ...args], { timeLimit: 60_000 })).stdout;
  return { name, wrapper, shell: inside };
}

const restartScript = `
cat /proc/sys/kernel/random/uuid >"$1.boot"
ticks=$(sed 's/.*) //' /proc/1/stat | cut -d ' ' -f 20)
sed "s/^btime .*/btime $(($(date +%s) - ticks / 100 + $2))/" /proc/stat >"$1.stat"
mount --bind "$1.boot" /proc/sys/kernel/random/boot_id
mount --bind "$1.stat" /proc/stat
`;

/**
 * Gives a node, from here on, the boot id of another run of it, which started now, or `seconds` later. Its memory of
 * the old one is still there.
 */
export async function restart(
  ledger: Ledger,
  { shell: inside }: Pick<OtherNode, 'shell'>,
  { seconds = 0 } = {},
): Promise<void> {
  const file = `/tmp/run.${randomUUID()}`;
  const undo = 'umount /proc/sys/kernel/random/boot_id || true; umount /proc/stat || true; rm -f "$1".*';
  ledger.later(() => inside(undo, file));
  await inside(restartScript, file, String(seconds));
}

/** Makes Ganeti's lists of nodes say which are there and which are offline, until the end of the test. */
export async function ganetiKnows(ledger: Ledger, nodes: readonly string[], offline: readonly string[]): Promise<void> {
  const directory = '/var/lib/ganeti';
  ledger.later(() => shell('rm -f "$1"/ssconf_node_list "$1"/ssconf_offline_nodes', directory));
  const script = 'mkdir -p "$1"; echo "$2" >"$1/ssconf_node_list"; echo "$3" >"$1/ssconf_offline_nodes"';
  await shell(script, directory, nodes.join('\n'), offline.join('\n'));
}
