import { network, nodeAddress, nodeIpv6, nodeName } from './layout.ts';
import { mustRun, poll, run } from './process.ts';

/** Connects a node to the bridge of its lab. Both are named by a process in their network namespace. */
export async function plugIn(hub: number, node: number, number: number): Promise<void> {
  const port = nodeName(number);
  // The port of a node that was killed goes away a moment after it.
  await poll(`the bridge port ${port} is free`, 10_000, async () => {
    const { exitCode } = await run([...ipIn(hub), 'link', 'show', port]);
    return exitCode === 0 ? undefined : true;
  });
  await configure(node, [
    'link set lo up',
    `link add eth0 type veth peer name ${port} netns ${hub}`,
    `address add ${nodeAddress(number)}/24 dev eth0`,
    // Without a check for another one with this address, which would delay it.
    `address add ${nodeIpv6(number)}/64 dev eth0 nodad`,
    'link set eth0 up',
    `route add default via ${network.bridgeAddress}`,
  ]);
  await configure(hub, [`link set ${port} master ${network.bridge}`, `link set ${port} up`]);
}

function ipIn(pid: number): readonly string[] {
  return ['nsenter', '-t', String(pid), '-n', '--', 'ip'];
}

async function configure(pid: number, commands: readonly string[]): Promise<void> {
  await mustRun([...ipIn(pid), '-batch', '-'], { input: `${commands.join('\n')}\n` });
}
