import { readlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, Failure } from '#src/errors.ts';
import { readIfThere } from '#src/files.ts';
import { argumentsOf, executableOf, numbersIn } from '#src/process-tree.ts';
import { isGlusterProgram } from './end-processes.ts';

/** Ports of a node by which others find out whether they can reach its bricks. */
export interface BrickPorts {
  readonly ports: readonly number[];
  /** A brick listens there; else nobody does. */
  readonly isBrick: boolean;
  /** Those that its bricks can have, for a sentence. */
  readonly range: string;
}

/** A port of a node, by what others call that. */
export interface PortAt {
  readonly host: string;
  readonly port: number;
}

/** Ports at which to listen, and how many connections come to all of them together. */
export interface Listening {
  readonly ports: readonly number[];
  readonly visitors: number;
}

/** For one connection, between two, and for all of them: milliseconds. A busy node listens some seconds late. */
const connectPatience = 2000;
const turn = 200;
const reachPatience = 15_000;

/** Longer than one try: milliseconds. */
const quiet = connectPatience + 1000;

/** Longer than anybody tries to connect: milliseconds. */
const listenPatience = reachPatience + 2000;

/**
 * The port of a brick of this node. Where it has none, the first and the last port that its next brick could get:
 * GlusterFS takes any of its range since version 10 (pmap_port_alloc of glusterd-pmap.c).
 */
export async function brickPortsHere(): Promise<BrickPorts> {
  const { base, last } = portsIn(readIfThere('/etc/glusterfs/glusterd.vol') ?? '');
  const range = `${base} to ${last}`;
  const brick = numbersIn('/proc').flatMap((pid) => brickPortOf(pid) ?? [])[0];
  if (brick !== undefined) return { ports: [brick], isBrick: true, range };
  const all = Array.from({ length: last - base + 1 }, (_, index) => base + index);
  const ends = [await firstFree(all), await firstFree(all.toReversed())].filter((port) => port !== undefined);
  if (ends.length === 0) throw new Failure('unavailable', `no port from ${range} is free`, { hint: 'ss -ltnp' });
  return { ports: [...new Set(ends)], isBrick: false, range };
}

/**
 * Listens at all addresses of this node, and closes what connects without a word, until all have come and nobody comes
 * any more, or nobody tries any more: one that is slow can come twice. Returns how many came.
 */
export async function listenHere({ ports, visitors }: Listening): Promise<number> {
  const servers = await Promise.all(ports.map(listenAt));
  let came = 0;
  try {
    await new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, listenPatience);
      for (const server of servers)
        server.on('connection', (socket) => {
          socket.on('error', () => undefined).destroy();
          came += 1;
          if (came < visitors) return;
          clearTimeout(timer);
          timer = setTimeout(resolve, quiet);
        });
    });
  } finally {
    for (const server of servers) server.close();
  }
  return came;
}

/** Whether this node can connect to each of some ports. One that accepts nothing is tried again for some seconds. */
export async function reachFromHere(places: readonly PortAt[], patience = reachPatience): Promise<readonly boolean[]> {
  const end = performance.now() + patience;
  return await Promise.all(
    places.map(async (place) => {
      while (performance.now() < end) {
        if (await accepts(place)) return true;
        await sleep(turn);
      }
      return false;
    }),
  );
}

/** Reads /etc/glusterfs/glusterd.vol. What it does not say, or says wrongly, is as GlusterFS has it. */
export function portsIn(text: string): { readonly base: number; readonly last: number } {
  const read = (option: string, usual: number): number =>
    Number(new RegExp(`^\\s*option\\s+${option}\\s+(\\d{1,5})\\s*$`, 'm').exec(text)?.[1] ?? usual);
  const [base, last] = [read('base-port', 49_152), Math.min(65_535, read('max-port', 60_999))];
  return base > 0 && base <= last ? { base, last } : { base: 49_152, last: 60_999 };
}

/** The port that glusterd gave to a brick with these arguments. */
export function brickPortIn(given: readonly string[]): number | undefined {
  const port = given[given.indexOf('--brick-port') + 1] ?? '';
  return given.includes('--brick-port') && /^\d+$/.test(port) ? Number(port) : undefined;
}

/** The port of a brick that runs. One in a container has a network of its own. */
function brickPortOf(pid: number): number | undefined {
  if (!isGlusterProgram(executableOf(pid))) return undefined;
  return networkOf(pid) === networkOf('self') ? brickPortIn(argumentsOf(pid)) : undefined;
}

function networkOf(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch (error) {
    // It ended.
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

async function firstFree(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    const server = await listenAt(port).catch(() => undefined);
    if (server === undefined) continue;
    server.close();
    return port;
  }
  return undefined;
}

/** Without an address it is all of them, of IPv4 and IPv6. */
async function listenAt(port: number): Promise<Server> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(new Failure('busy', `port ${port}: ${error.message}`)));
    server.listen(port, () => resolve(server));
  });
}

async function accepts(place: PortAt): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ ...place, autoSelectFamily: true });
    const done = (is: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(is);
    };
    const timer = setTimeout(() => done(false), connectPatience);
    socket.once('connect', () => done(true)).on('error', () => done(false));
  });
}
