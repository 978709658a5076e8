import type { LabNode } from '../../lab/node.ts';
import { look } from './commands.ts';
import { lab, node } from './lab.ts';
import { timed } from './progress.ts';

/** By it the rules are found again. */
const preference = 77;
const management = [24007, 24008];

/**
 * Cuts a node off from the Gluster of all others, and them from its own, for as long as it is up or until `reconnect`.
 * Ganeti and ssh still reach it. Rules of the kernel's routing that know ports do it: packets are dropped without a
 * word, as by a switch that fails.
 */
export async function cutOff(name: string): Promise<void> {
  const ports = [...management, ...(await brickPorts(lab().nodes))];
  const others = lab().nodes.filter((other) => other.name !== name);
  const ways = others.flatMap(({ address }) => [
    { to: address, side: 'sport' as const, ports },
    { to: address, side: 'dport' as const, ports },
  ]);
  await timed(`${name} loses the Gluster of the others`, () => closePorts(name, ways));
}

/** Drops what a node sends to some addresses from, or to, some ports, in the same way. */
export async function closePorts(
  name: string,
  ways: readonly { readonly to: string; readonly side: 'sport' | 'dport'; readonly ports: readonly number[] }[],
): Promise<void> {
  const rules = ways.flatMap(({ to, side, ports }) =>
    ports.map((port) => `rule add to ${to} ipproto tcp ${side} ${port} blackhole pref ${preference}`),
  );
  await node(`${name}.lab`).exec(['ip', '-batch', '-'], { input: `${rules.join('\n')}\n` });
}

/** Takes back what `cutOff` and `closePorts` did. Fine where it did nothing. */
export async function reconnect(name: string): Promise<void> {
  const script = `while ip rule del pref ${preference} 2>/dev/null; do :; done`;
  await look(node(`${name}.lab`), script);
}

/** The ports of the bricks of some nodes. */
export async function brickPorts(nodes: readonly LabNode[]): Promise<readonly number[]> {
  const script = 'pgrep -af "^/usr/sbin/glusterfsd " | grep -o "brick-port [0-9]*"';
  const found = await Promise.all(nodes.map((each) => look(each, script)));
  return [...new Set(found.flat().map((line) => Number(line.split(' ')[1])))];
}
