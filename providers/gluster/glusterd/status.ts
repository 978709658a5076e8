import { run } from '#src/exec.ts';
import type { Bytes } from '#src/units.ts';
import { patiently } from './patiently.ts';
import { askGluster, child, children, count, text } from './xml.ts';

/** What a glusterd says of a brick that it has. */
export interface BrickStatus {
  /** The UUID of the peer that has it. */
  readonly peer: string;
  readonly path: string;
  readonly online: boolean;
  /** What its file system has; undefined where that is not known. */
  readonly size: Bytes | undefined;
  readonly free: Bytes | undefined;
}

/** What runs of a volume now. */
export interface VolumeStatus {
  /** Those of peers that answer. */
  readonly bricks: readonly BrickStatus[];
  /** The UUIDs of the peers whose self-heal daemon runs for it. */
  readonly healers: ReadonlySet<string>;
  /**
   * Those of the peers whose daemon does not run for it. A glusterd refuses all that is about healing while its own
   * does not run, also where it has no brick: that of GlusterFS 10.3 can be so after a remove-brick.
   */
  readonly idleHealers: ReadonlySet<string>;
}

/** A brick that is down does not answer, and its glusterd waits for it: seconds. */
const patience = 60;

/** What runs of a volume that is started. Each of the two questions takes the lock of the volume. */
export async function volumeStatus(name: string): Promise<VolumeStatus> {
  const processes = await askGluster(['volume', 'status', name], patience);
  return statusIn(name, processes, await askGluster(['volume', 'status', name, 'detail'], patience));
}

/** Reads `volume status NAME --xml` and `volume status NAME detail --xml`. */
export function statusIn(name: string, processes: unknown, detail: unknown): VolumeStatus {
  const sizes = new Map(
    nodesIn(name, detail).map((node) => [
      placeOf(node),
      { size: count(node, 'sizeTotal'), free: count(node, 'sizeFree') },
    ]),
  );
  const nodes = nodesIn(name, processes);
  const isBrick = (node: unknown): boolean => text(node, 'path').startsWith('/');
  const daemons = nodes.filter((node) => text(node, 'hostname') === 'Self-heal Daemon');
  const peersOf = (online: boolean): ReadonlySet<string> =>
    new Set(daemons.filter((node) => isOnline(node) === online).map((node) => text(node, 'peerid')));
  return {
    bricks: nodes.filter(isBrick).map((node) => ({
      peer: text(node, 'peerid'),
      path: text(node, 'path'),
      online: isOnline(node),
      ...(sizes.get(placeOf(node)) ?? { size: undefined, free: undefined }),
    })),
    healers: peersOf(true),
    idleHealers: peersOf(false),
  };
}

/** How many clients each brick of a volume has, by the UUID of its peer and its path; what does not run is left out. */
export async function clientCounts(name: string): Promise<ReadonlyMap<string, number>> {
  return clientsIn(name, await patiently(() => askGluster(['volume', 'status', name, 'clients'], patience)));
}

/** Reads `volume status NAME clients --xml`. */
export function clientsIn(name: string, output: unknown): ReadonlyMap<string, number> {
  const counted = nodesIn(name, output).map((node) => [
    brickKey(text(node, 'peerid'), text(node, 'path')),
    isOnline(node) ? count(child(node, 'clientsStatus'), 'clientCount') : undefined,
  ]);
  return new Map(counted.filter((pair): pair is [string, number] => pair[1] !== undefined));
}

/**
 * How many of the clients of a volume are self-heal daemons: those of GlusterFS 10 die at times when a brick is added.
 * This question has no answer in XML.
 */
export async function daemonClients(name: string): Promise<number> {
  const argv = ['gluster', '--mode=script', `--timeout=${patience}`, 'volume', 'status', name, 'client-list'];
  return daemonsIn((await run(argv, { timeLimit: (patience + 2) * 1000 })).stdout);
}

/** Reads `volume status NAME client-list`. */
export function daemonsIn(text: string): number {
  return Number(/^glustershd +(\d+) *$/m.exec(text)?.[1] ?? 0);
}

/** The bricks that run, by their keys. */
export function runningBricks({ bricks }: VolumeStatus): ReadonlySet<string> {
  return new Set(bricks.filter(({ online }) => online).map(({ peer, path }) => brickKey(peer, path)));
}

/** What identifies a brick of a volume. */
export function brickKey(peer: string, path: string): string {
  return `${peer}:${path}`;
}

function nodesIn(name: string, output: unknown): readonly unknown[] {
  const volumes = children(child(child(output, 'volStatus'), 'volumes'), 'volume');
  return volumes.filter((volume) => text(volume, 'volName') === name).flatMap((volume) => children(volume, 'node'));
}

function isOnline(node: unknown): boolean {
  return text(node, 'status') === '1';
}

function placeOf(node: unknown): string {
  return brickKey(text(node, 'peerid'), text(node, 'path'));
}
