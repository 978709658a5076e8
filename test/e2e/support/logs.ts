import { glusterComplaints } from '../../lab/gluster.ts';
import type { LabNode } from '../../lab/node.ts';
import { look } from './commands.ts';
import { guests } from './guests.ts';
import { lab } from './lab.ts';
import { say } from './progress.ts';

const ganetiLogs = `
  grep -vE 'jobqueue|hooks_runner|upload_file|ssconf|--help' /var/log/ganeti/node-daemon.log | tail -n 20
  for log in $(ls -t /var/log/ganeti/extstorage/*.log | head -n 8); do
    [ ! -s "$log" ] || { echo "-- $log"; tail -n 20 "$log"; }
  done`;

/**
 * What QEMU thinks of its guests: whether they run, whether a request of their disk is still on its way, and where the
 * processor is. It tells a guest that waits for its disk from one that hangs for a reason of its own.
 */
const qemuState = `
  cd /run/ganeti/kvm-hypervisor/ctrl 2>/dev/null || exit 0
  for socket in *.qmp; do
    [ -S "$socket" ] || continue
    instance=\${socket%.qmp}
    arguments=$(tr '\\0' '\\n' <"/proc/$(cat "../pid/$instance")/cmdline")
    disk=$(echo "$arguments" | sed -n 's/^virtio-blk-pci,id=\\([^,]*\\),.*/\\1/p' | head -n 1)
    echo "-- $instance"
    {
      echo '{"execute": "qmp_capabilities"}'
      echo '{"execute": "query-status"}'
      queue="{\\"path\\": \\"/machine/peripheral/$disk/virtio-backend\\", \\"queue\\": 0}"
      echo "{\\"execute\\": \\"x-query-virtio-queue-status\\", \\"arguments\\": $queue}"
      echo '{"execute": "human-monitor-command", "arguments": {"command-line": "info registers"}}'
      sleep 1
    } | timeout 5 socat STDIO "UNIX-CONNECT:$socket" || true
  done`;

/**
 * What waits to be healed, and which clients a brick has: one that lost its connection leaves more behind with every
 * write.
 */
const glusterState = `
  for volume in $(gluster volume list); do
    gluster volume heal "$volume" info summary || true
    gluster volume status "$volume" clients || true
  done`;

/** What Ganeti, QEMU, Gluster and the guests say, for someone who has to find out why a step failed. */
export async function printLogs(): Promise<void> {
  for (const node of lab().nodes) {
    if (node.pid === undefined) continue;
    await print(node, 'node-daemon.log, and what the last verbs said', ganetiLogs);
    await print(node, 'QEMU', qemuState);
    await print(node, 'Gluster', glusterComplaints);
  }
  await print(lab().master, 'volumes', glusterState);
  for (const guest of guests()) {
    say(`---- ${guest.name}: the end of its console`);
    for (const line of guest.console.lines.slice(-15)) say(line);
  }
}

/** The last few complaints of the daemons of Gluster on each node, and which of them run: few lines for a summary. */
export async function lastComplaints(): Promise<string> {
  const script = `
    for log in glusterd glustershd; do
      grep -hE '^\\[[^]]*\\] [CE] |signal received' /var/log/glusterfs/$log.log | grep -v 'Dict get failed' |
        tail -n 2 | cut -c 1-200
    done
    pgrep -fa -- '--process-name [g]lustershd' | cut -c 1-80`;
  const said = lab().nodes.map(async (node) => {
    const lines = node.pid === undefined ? ['is off'] : await look(node, script).catch((error) => [String(error)]);
    return lines.map((line) => `    ${node.name}: ${line}`);
  });
  return (await Promise.all(said)).flat().join('\n');
}

async function print(node: LabNode, heading: string, script: string): Promise<void> {
  const lines = await look(node, script).catch((error: unknown) => [String(error)]);
  say(`---- ${node.name}: ${heading}`);
  for (const line of lines) say(line.slice(0, 900));
}
