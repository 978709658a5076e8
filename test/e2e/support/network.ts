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
  const here = node(`${name}.lab`);
  const ports = [...management, ...(await brickPorts())];
  const others = lab().nodes.filter((other) => other.name !== name);
  const rules = others.flatMap(({ address }) =>
    ports.flatMap((port) =>
      ['sport', 'dport'].map(
        (side) => `rule add to ${address} ipproto tcp ${side} ${port} blackhole pref ${preference}`,
      ),
    ),
  );
  await timed(`${name} loses the Gluster of the others`, () =>
    here.exec(['ip', '-batch', '-'], { input: `${rules.join('\n')}\n` }),
  );
}

/** Takes back what `cutOff` did. Fine where it did nothing. */
export async function reconnect(name: string): Promise<void> {
  const script = `while ip rule del pref ${preference} 2>/dev/null; do :; done`;
  await look(node(`${name}.lab`), script);
}

/** The ports of all bricks, whoever has them. */
async function brickPorts(): Promise<readonly number[]> {
  const script = 'pgrep -af "^/usr/sbin/glusterfsd " | grep -o "brick-port [0-9]*"';
  const found = await Promise.all(lab().nodes.map((each) => look(each, script)));
  return [...new Set(found.flat().map((line) => Number(line.split(' ')[1])))];
}
