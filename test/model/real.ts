import { providerName } from '#gluster/configuration/parameters.ts';
import { directories, volumes } from './configurations.ts';
import { callTool, callVerb, type Lane } from './lane.ts';
import type { Image, Name, Where } from './model.ts';
import type { Entry, Here, Ran } from './protocol.ts';
import type { Remote } from './remote.ts';

/** The real thing that a sequence is tried on. */
export interface Real {
  readonly lane: Lane;
  /** The image's name in the real world: no two sequences share one. */
  readonly nameOf: (name: Name) => string;
  readonly log: string[];
}

/** What a sequence does to the real thing. */
export function newReal(lane: Lane, sequence: string): Real {
  const nameOf = (name: Name): string => {
    const [letter = '', snapshot] = name.split('.');
    return `model${lane.number}-${sequence}-${letter}.ext.disk0${snapshot === undefined ? '' : `.${snapshot}`}`;
  };
  return { lane, nameOf, log: [] };
}

export function nodeOf({ lane }: Real, node: number): Remote {
  const remote = lane.nodes[node];
  if (remote === undefined) throw new Error(`there is no node ${node}`);
  return remote;
}

/** Calls a verb on a node for an image. */
export async function verb(
  real: Real,
  node: number,
  called: string,
  name: Name,
  where: Where,
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const variables = { VOL_NAME: real.nameOf(name), VOL_UUID: uuidOf(name), ...parametersOf(where), ...more };
  const ran = await callVerb(nodeOf(real, node), called, variables);
  real.log.push(
    `n${node + 1}# ${called} ${Object.entries(variables)
      .map((pair) => pair.join('='))
      .join(' ')}`,
    said(ran),
  );
  return ran;
}

/** Calls gnt-gluster on a node. */
export async function tool(real: Real, node: number, args: readonly string[]): Promise<Ran> {
  const ran = await callTool(nodeOf(real, node), args);
  real.log.push(`n${node + 1}# gnt-gluster ${args.join(' ')}`, said(ran));
  return ran;
}

/** Does something by hand, on the harness' own mounts, as an administrator does. */
export async function byHand(real: Real, script: string, ...args: readonly string[]): Promise<string> {
  real.log.push(`hand# ${script.trim()}   (${args.join(', ')})`);
  return await real.lane.harness.shell(script, ...args);
}

/** Where the harness sees an image. */
export function directoryOf(real: Real, { volume, directory, name }: Omit<Image, 'data' | 'snapshot'>): string {
  return `${real.lane.at(volume)}/${directory}/${real.nameOf(name)}`;
}

/** A path as the parameter link and adopt take it: from the root of the volume. */
export function pathOnVolume({ lane }: Real, path: string): string {
  return `lane${lane.number}/${path}`;
}

/** An entry of a place for images, of its trash or of its .work, that belongs to the sequence. */
export interface Found extends Entry {
  readonly volume: string;
  readonly directory: string;
  readonly kind: 'image' | 'trash' | 'work';
}

/** All that the volumes have of a sequence. */
export async function findAll(real: Real): Promise<readonly Found[]> {
  const kinds = { image: '', trash: '/.trash', work: '/.work' } as const;
  const roots = volumes.flatMap((volume) =>
    directories.flatMap((directory) =>
      (['image', 'trash', 'work'] as const).map((kind) => ({
        volume,
        directory,
        kind,
        ...real.lane.rootOf(volume, `${directory}${kinds[kind]}`),
      })),
    ),
  );
  const entries = await real.lane.harness.tree(roots);
  const prefix = real.nameOf('A').split('A', 1)[0] ?? '';
  return entries
    .filter(({ name }) => name.replace(/^\./, '').startsWith(prefix))
    .flatMap((entry) => roots.filter(({ root }) => root === entry.root).map((place) => ({ ...place, ...entry })));
}

/** The devices of a node that have to do with a sequence, by the name of their image. */
export async function devicesOf(
  real: Real,
  node: number,
): Promise<ReadonlyMap<string, readonly Here['devices'][number][]>> {
  const { devices } = await nodeOf(real, node).here();
  return Map.groupBy(devices, ({ file }) => file.split('/').at(-2)?.split('@', 1)[0] ?? '');
}

function parametersOf({ pool, volume }: Where): Readonly<Record<string, string>> {
  return {
    ...(pool === undefined ? {} : { EXTP_POOL: pool }),
    ...(volume === undefined ? {} : { EXTP_VOLUME: volume }),
  };
}

/** Ganeti keeps the UUID of a disk when it makes it anew. */
function uuidOf(name: Name): string {
  return `${providerName}-${name}`;
}

function said({ exitCode, stdout, stderr }: Ran): string {
  return `   -> ${exitCode}${[stdout, stderr]
    .map((text) => text.trimEnd().replaceAll('\n', '\n      '))
    .map((text) => (text === '' ? '' : `\n      ${text}`))
    .join('')}`;
}
