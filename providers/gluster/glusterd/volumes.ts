import type { CommandResult } from '#src/exec.ts';
import { askGluster, child, children, count, glusterdAt, outputOf, refused, runGluster, text } from './xml.ts';

/** A brick as glusterd knows it. */
export interface VolumeBrick {
  readonly host: string;
  readonly path: string;
  /** The UUID of the peer that has it. The host is only a name of that. */
  readonly peer: string;
  /** It has the names and attributes of all files, and no data. */
  readonly arbiter: boolean;
}

/** A volume as glusterd knows it. */
export interface Volume {
  readonly name: string;
  /** Its UUID: another volume of its name has another one. */
  readonly id: string;
  readonly started: boolean;
  /** How many bricks have each file, an arbiter included. */
  readonly copies: number;
  /** How many of these are arbiters: 0 or 1. */
  readonly arbiters: number;
  readonly bricks: readonly VolumeBrick[];
  /** The options that were set, by their full names. */
  readonly options: ReadonlyMap<string, string>;
}

/** What the glusterd of this node, or of another host, says of a volume, or undefined when it has no such volume. */
export async function volumeInfo(name: string, host?: string): Promise<Volume | undefined> {
  const where = host === undefined ? [] : glusterdAt(host);
  return await parseVolumeInfo(await runGluster([...where, 'volume', 'info', name]), name);
}

/** All volumes of the glusterd of this node and its peers. */
export async function volumes(): Promise<readonly Volume[]> {
  return volumesIn(await askGluster(['volume', 'info']));
}

/** Reads `volume info NAME --xml`. */
export async function parseVolumeInfo(result: CommandResult, name: string): Promise<Volume | undefined> {
  const output = await outputOf(result);
  if (text(output, 'opRet') === '0') return volumesIn(output).find((volume) => volume.name === name);
  if (/does not exist/.test(text(output, 'opErrstr'))) return undefined;
  throw refused(result, output);
}

/** The hosts that hold bricks of a volume, each once, in the order of the bricks. */
export function hostsOf({ bricks }: Volume): readonly string[] {
  return [...new Set(bricks.map(({ host }) => host))];
}

function volumesIn(output: unknown): readonly Volume[] {
  return children(child(child(output, 'volInfo'), 'volumes'), 'volume').map((volume) => ({
    name: text(volume, 'name'),
    id: text(volume, 'id'),
    started: text(volume, 'status') === '1',
    copies: count(volume, 'replicaCount') ?? 1,
    arbiters: count(volume, 'arbiterCount') ?? 0,
    bricks: children(child(volume, 'bricks'), 'brick').flatMap((brick) => brickIn(brick) ?? []),
    options: new Map(
      children(child(volume, 'options'), 'option').map((option) => [text(option, 'name'), text(option, 'value')]),
    ),
  }));
}

function brickIn(brick: unknown): VolumeBrick | undefined {
  const place = placeIn(text(brick, 'name'));
  return place && { ...place, peer: text(brick, 'hostUuid'), arbiter: text(brick, 'isArbiter') === '1' };
}

/** A brick as gluster names it: HOST:/PATH. */
export function nameOf({ host, path }: Pick<VolumeBrick, 'host' | 'path'>): string {
  return `${host}:${path}`;
}

/** Splits HOST:/PATH. The host may be an IPv6 address. */
export function placeIn(name: string): { readonly host: string; readonly path: string } | undefined {
  const [, host, path] = /^(.+?):(\/.*)$/.exec(name) ?? [];
  return host === undefined || path === undefined ? undefined : { host, path };
}
