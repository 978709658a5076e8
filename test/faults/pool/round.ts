import { look } from '../../e2e/support/commands.ts';
import { projectDirectory } from '../../lab/layout.ts';
import type { LabNode } from '../../lab/node.ts';
import { poll } from '../../lab/process.ts';

export const volume = 'moving';
export const directory = `/bricks/${volume}/brick`;
const mount = '/mnt/records';
const file = 'records';
/** 48 MiB: it is below the first shard, so that a brick has it as one file. */
const places = 12_288;
const recordSize = 4096;
const timeLimit = 10 * 60_000;

/** Who does what: the brick of `source` goes to `target`; the client writes on `mate`, which keeps its brick. */
export interface Round {
  readonly source: LabNode;
  readonly mate: LabNode;
  readonly target: LabNode;
}

/** Moves a brick, on the node that it leaves. */
export type Way = (round: Round) => Promise<unknown>;

/** What the client writes to. */
export type Medium = 'file' | 'loop device';

/** How a brick moves, and what happens meanwhile. */
interface Play {
  readonly way: Way;
  readonly medium: Medium;
  readonly hangs: boolean;
}

/**
 * Moves a brick under a client that writes. With `hangs` a glusterd hangs for eight seconds as soon as a brick has a
 * mark of what the new one lacks: that by which the client is told of the new brick. Returns how many acknowledged
 * records each of the two bricks does not have in the end.
 */
export async function playRound(round: Round, { way, medium, hangs }: Play): Promise<readonly number[]> {
  const { mate, target } = round;
  const written = await prepare(mate, medium);
  const program = `${process.execPath} ${projectDirectory}/test/faults/pool/records.ts ${written} ${places}`;
  const writing = mate.exec(['sh', '-c', `echo $$ >/run/records.pid; exec ${program}`], { timeLimit });
  await poll('records are written', 60_000, async () => ((await writesTo(mate)) ? true : undefined));
  const hanging = hangs ? hang(mate) : undefined;
  try {
    await way(round);
  } finally {
    await hanging;
    await look(mate, 'kill -TERM $(cat /run/records.pid)');
  }
  const acknowledged: readonly number[] = JSON.parse((await writing).stdout);
  if (medium !== 'file') await look(mate, `losetup -d ${written}`);
  await look(mate, `while ! umount ${mount}; do sleep 0.2; done`);
  return await Promise.all([mate, target].map((node) => lostOn(node, acknowledged)));
}

/** Mounts the volume on a node, by its own glusterd, and makes what the client writes to. */
async function prepare(node: LabNode, medium: Medium): Promise<string> {
  const path = `${mount}/${file}`;
  const mounted = `mkdir -p ${mount}; mount -t glusterfs ${node.fqdn}:/${volume} ${mount}`;
  await look(node, `${mounted}; truncate -s ${places * recordSize} ${path}`);
  if (medium === 'file') return path;
  const [device = ''] = await look(node, `losetup --find --show --direct-io=on ${path}`);
  return device;
}

/** The bricks of the volume, as HOST:/PATH. */
export async function bricksOf(node: LabNode): Promise<readonly string[]> {
  const lines = await look(node, `gluster volume info ${volume}`);
  return lines.flatMap((line) => /^Brick\d+: (.*)$/.exec(line)?.[1] ?? []);
}

/** The brick of a node, as HOST:/PATH. */
export function nameOn({ fqdn }: LabNode): string {
  return `${fqdn}:${directory}`;
}

/** Whether the client has written some records. */
async function writesTo(node: LabNode): Promise<boolean> {
  const read = `cut -d' ' -f2 /proc/$(cat /run/records.pid)/io 2>/dev/null | sed -n 4p`;
  const [count = '0'] = await look(node, `${read} || true`);
  return Number(count) > 50;
}

/** Has the glusterd of a node hang for eight seconds, as soon as its brick has a mark of what the new one lacks. */
async function hang(node: LabNode): Promise<void> {
  const marks = `ls ${directory}/.glusterfs/indices/xattrop | grep -qv xattrop-`;
  const script = `pid=$(pgrep -x glusterd); until ${marks}; do sleep 0.02; done; kill -STOP $pid; sleep 8; kill -CONT $pid`;
  await node.exec(['sh', '-c', script], { timeLimit });
}

/** How many places of the file on a brick do not have the record that was acknowledged last. */
async function lostOn(node: LabNode, acknowledged: readonly number[]): Promise<number> {
  const count = `const fs = require('node:fs');
    const data = fs.readFileSync('${directory}/${file}');
    const numbers = JSON.parse(fs.readFileSync(0, 'utf8'));
    console.log(numbers.filter((number, place) => number > 0 && data.readDoubleLE(place * ${recordSize}) !== number).length);`;
  const { stdout } = await node.exec([process.execPath, '-e', count], { input: JSON.stringify(acknowledged) });
  return Number(stdout);
}
