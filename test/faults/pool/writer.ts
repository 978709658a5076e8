import { look } from '../../e2e/support/commands.ts';
import { projectDirectory } from '../../lab/layout.ts';
import type { LabNode } from '../../lab/node.ts';
import { poll } from '../../lab/process.ts';

const mount = '/mnt/records';
const file = 'records';
/** 48 MiB: it is below the first shard, so that a brick has it as one file. */
const places = 12_288;
const recordSize = 4096;
const timeLimit = 60 * 60_000;

/** What the client writes to. */
export type Medium = 'file' | 'loop device';

/** A client that writes numbered records to a volume, each durable before the next. */
export interface Writer {
  /** Ends it, and unmounts; the number that each place was given last. */
  readonly stop: () => Promise<readonly number[]>;
}

/** Starts one on a node, which mounts the volume by its own glusterd. Some records are written when this returns. */
export async function startWriter(node: LabNode, volume: string, medium: Medium = 'file'): Promise<Writer> {
  const written = await prepare(node, volume, medium);
  const program = `${process.execPath} ${projectDirectory}/test/faults/pool/records.ts ${written} ${places}`;
  const writing = node.exec(['sh', '-c', `echo $$ >/run/records.pid; exec ${program}`], { timeLimit });
  await poll('records are written', 60_000, async () => ((await writesTo(node)) ? true : undefined));
  return {
    stop: async () => {
      await look(node, 'kill -TERM $(cat /run/records.pid)');
      const acknowledged: readonly number[] = JSON.parse((await writing).stdout);
      if (medium !== 'file') await look(node, `losetup -d ${written}`);
      await look(node, `while ! umount ${mount}; do sleep 0.2; done`);
      return acknowledged;
    },
  };
}

/** How many places of the file on a brick do not have the record that was acknowledged last. */
export async function lostOn(node: LabNode, directory: string, acknowledged: readonly number[]): Promise<number> {
  const count = `const fs = require('node:fs');
    const data = fs.readFileSync('${directory}/${file}');
    const numbers = JSON.parse(fs.readFileSync(0, 'utf8'));
    console.log(numbers.filter((number, place) => number > 0 && data.readDoubleLE(place * ${recordSize}) !== number).length);`;
  const { stdout } = await node.exec([process.execPath, '-e', count], { input: JSON.stringify(acknowledged) });
  return Number(stdout);
}

/** Mounts the volume, and makes what the client writes to. */
async function prepare(node: LabNode, volume: string, medium: Medium): Promise<string> {
  const path = `${mount}/${file}`;
  const mounted = `mkdir -p ${mount}; mount -t glusterfs ${node.fqdn}:/${volume} ${mount}`;
  await look(node, `${mounted}; truncate -s ${places * recordSize} ${path}`);
  if (medium === 'file') return path;
  const [device = ''] = await look(node, `losetup --find --show --direct-io=on ${path}`);
  return device;
}

/** Whether the client has written some records. */
async function writesTo(node: LabNode): Promise<boolean> {
  const read = `cut -d' ' -f2 /proc/$(cat /run/records.pid)/io 2>/dev/null | sed -n 4p`;
  const [count = '0'] = await look(node, `${read} || true`);
  return Number(count) > 50;
}
