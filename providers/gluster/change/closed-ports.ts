import { ask } from '#gluster/agent/ask.ts';
import { storageAddress } from '#gluster/ganeti/ssconf.ts';
import type { Closed, Member } from '#gluster/pool/newcomers.ts';

/**
 * Where bricks would not be reached, between each newcomer and all others, both ways. Nodes without bricks listen for
 * some seconds, at ports that bricks can get.
 */
export async function closedPorts(
  newcomers: readonly string[],
  members: readonly Member[],
): Promise<readonly Closed[]> {
  if (newcomers.length === 0) return [];
  const nodes = [...members, ...newcomers.map((node) => ({ node, host: storageAddress(node) ?? node }))];
  const targets = await Promise.all(
    nodes.map(async ({ node, host }) => ({ node, host, ...(await ask(node, 'brick ports', {})) })),
  );
  const meet = (one: string, other: string): boolean =>
    one !== other && [one, other].some((node) => newcomers.includes(node));
  const listening = targets.map(async ({ node, ports, isBrick }) => {
    const visitors = nodes.filter((other) => meet(node, other.node)).length * ports.length;
    if (!isBrick) await ask(node, 'listen', { ports, visitors });
  });
  const reaching = nodes.map(async ({ node }) => {
    const places = targets
      .filter((target) => meet(node, target.node))
      .flatMap(({ ports, ...to }) => ports.map((port) => ({ ...to, port })));
    const reached = await ask(node, 'reach', { places: places.map(({ host, port }) => ({ host, port })) });
    return places
      .filter((_, index) => reached[index] !== true)
      .map(({ node: to, host, port, range }): Closed => ({ from: node, to, host, port, range }));
  });
  const [tried] = await Promise.all([Promise.all(reaching), Promise.all(listening)]);
  return tried.flat();
}
