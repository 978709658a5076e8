import { allNames, type Data, type Image, isStale, type Model, type Name } from './model.ts';
import type { Ran } from './protocol.ts';
import { devicesOf, directoryOf, type Found, findAll, nodeOf, type Real } from './real.ts';

const mebibyte = 1024 * 1024;

/**
 * Where sequences write: in the first, in the middle of the second and in the third piece of a file, and where it grew.
 */
export const offsets = [0, 5 * mebibyte, 9 * mebibyte, 13 * mebibyte] as const;

/** What an image has at the beginning, and what it can grow to. */
export const sizes = { small: 12 * mebibyte, large: 16 * mebibyte } as const;

/** Throws unless a call ended as it may. */
export function requireExit({ exitCode, stderr }: Ran, allowed: readonly number[], why = ''): void {
  if (allowed.includes(exitCode)) return;
  const wanted = [...new Set(allowed)].sort((one, other) => one - other).join(' or ');
  throw new Error(`exit ${exitCode} instead of ${wanted}${why === '' ? '' : `: ${why}`}\n${stderr}`);
}

/** What must be so after every step, whatever the exit code was. `node` is the one that did something. */
export async function requireInvariants(model: Model, real: Real, node: number | undefined): Promise<void> {
  const found = await findAll(real);
  requireImages(model, real, found);
  requireTrash(model, real, found);
  requireLeases(model, real, found);
  for (const { root, name } of found.filter(({ kind }) => kind === 'work')) throw new Error(`${root}/${name} is left`);
  if (node !== undefined) await requireDevices(model, real, node);
}

/** The images on the volumes are those of the model: no more, no fewer, the same files of the same size. */
function requireImages(model: Model, real: Real, found: readonly Found[]): void {
  const there = found.filter(({ kind }) => kind === 'image').map(describeFound);
  const wanted = model.images.map((image) => describe(real, image));
  requireSame('the images', wanted, there);
}

function requireTrash(model: Model, real: Real, found: readonly Found[]): void {
  const there = found.filter(({ kind }) => kind === 'trash').map((entry) => describeFound(entry));
  requireSame(
    'the trash',
    model.trash.map((image) => describe(real, image)),
    there,
  );
}

function describe(real: Real, image: Image): string {
  const { volume, directory, data } = image;
  return `${volume}/${directory}/${real.nameOf(image.name)}: inode ${data.inode}, ${data.size} bytes`;
}

function describeFound({ volume, directory, name, inode, size }: Found): string {
  return `${volume}/${directory}/${name.split('@', 1)[0]}: inode ${inode}, ${size} bytes`;
}

function requireSame(what: string, wanted: readonly string[], there: readonly string[]): void {
  const [one, other] = [wanted.toSorted(), there.toSorted()];
  if (one.join('\n') === other.join('\n')) return;
  throw new Error(`${what} should be\n  ${one.join('\n  ')}\nand are\n  ${other.join('\n  ')}`);
}

/**
 * Every node that was told that it has an image has a lease, and nobody else. Where it is certain that there is no
 * other lease the model forgets those that may have been there.
 */
function requireLeases(model: Model, real: Real, found: readonly Found[]): void {
  for (const image of model.images) {
    const { granted, lingering } = image.data;
    const path = directoryOf(real, image);
    const entry = found.find(({ root, name }) => `${root}/${name}` === path);
    const leases = entry?.leases ?? 0;
    const most = new Set([...granted.keys(), ...lingering]).size;
    if (leases < granted.size) throw new Error(`${path}: ${granted.size} nodes have it and there are ${leases} leases`);
    if (leases > most) throw new Error(`${path}: ${most} nodes can have it and there are ${leases} leases`);
    if (leases === granted.size) lingering.clear();
  }
}

/**
 * The devices of a node are those of the model. One that leads to what is no image any more may be gone: whoever meets
 * it may take it away.
 */
async function requireDevices(model: Model, real: Real, node: number): Promise<void> {
  const devices = await devicesOf(real, node);
  const attached = model.nodes[node]?.attached ?? new Map<Name, { device: string; data: Data }>();
  for (const name of allNames) {
    const here = devices.get(real.nameOf(name)) ?? [];
    const wanted = attached.get(name);
    if (here.length === 0 && wanted !== undefined && isStale(model, node, name)) attached.delete(name);
    else if (here.length > 1) throw new Error(`${name} has ${here.length} devices on n${node + 1}`);
    else if (here[0]?.inode !== wanted?.data.inode || here[0]?.device !== wanted?.device)
      throw new Error(
        `${name} on n${node + 1} should be ${wanted?.device} of inode ${wanted?.data.inode} and is ${here[0]?.device} of inode ${here[0]?.inode}`,
      );
  }
}

/** An image, as the harness reads it, holds what was written to it. */
export async function requireContent(real: Real, image: Image, why: string): Promise<void> {
  requireMarks(image.data, await readMarks(real, undefined, `${directoryOf(real, image)}/disk`, image.data), why);
}

/** What a node reads through a device is what was written to the image. */
export async function requireDeviceContent(real: Real, node: number, device: string, data: Data): Promise<void> {
  requireMarks(data, await readMarks(real, node, device, data), `read from ${device} on n${node + 1}`);
}

async function readMarks(
  real: Real,
  node: number | undefined,
  file: string,
  data: Data,
): Promise<ReadonlyMap<number, number>> {
  const inside = offsets.filter((offset) => offset < data.size);
  const remote = node === undefined ? real.lane.harness : nodeOf(real, node);
  const marks = await remote.read(file, inside);
  return new Map(inside.map((offset, index) => [offset, marks[index] ?? -1]));
}

function requireMarks({ marks }: Data, there: ReadonlyMap<number, number>, why: string): void {
  for (const [offset, mark] of there) {
    const wanted = marks.get(offset) ?? 0;
    if (mark === wanted) continue;
    const what = (value: number): string => (value === 0 ? 'nothing' : value < 0 ? 'garbage' : `write ${value}`);
    throw new Error(`${why}: at ${offset / mebibyte} MiB should be ${what(wanted)} and is ${what(mark)}`);
  }
}
