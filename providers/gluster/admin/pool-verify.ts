import type { Comparison } from '#gluster/agent/compare-bricks.ts';
import { type PeerNodes, peerNodes } from '#gluster/agent/peer-nodes.ts';
import { compareBricksOf } from '#gluster/change/asked-bricks.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { asFailure, type Failure } from '#src/errors.ts';
import { note } from '#src/reply.ts';
import { type Command, type CommandInput, onlyPool, type Report, type Value } from './command.ts';
import { poolVolume, poolWith } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

/** gnt-gluster pool verify */
export const poolVerify: Command = {
  name: 'pool verify',
  summary: 'compare the files on all bricks of volumes: names, sizes, owners, modes and attributes',
  operands: ['[VOLUME]'],
  options: onlyPool,
  details: [
    'Run it on the master: each node of the cluster looks at its own bricks.',
    'Guests may write meanwhile: what they are changing is looked at again.',
    'It reads no data. What waits to be healed differs until it is healed: gnt-gluster pool status.',
    'The exit status is 1 unless all bricks of all volumes have the same files.',
  ],
  local: true,
  run: verify,
};

/** A person reads so many paths, and then knows. */
const mostShown = 20;

type Result = Comparison & { readonly pool: string; readonly volume: string; readonly copies: number };

async function verify(input: CommandInput): Promise<Report> {
  const places = await wantedVolumes(input);
  const [known, nodes] = [await volumes(), await peerNodes()];
  const results: Result[] = [];
  const problems: Failure[] = [];
  for (const { pool, name } of places) {
    note(`volume ${name}: comparing its bricks`);
    try {
      results.push(await verifyVolume(pool, name, known, nodes));
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      problems.push(failure);
    }
  }
  return {
    json: results.map(asValue),
    text: results.map(asText).join(''),
    problems,
    bad: results.some(({ differences, changing }) => differences.length + changing.length > 0),
  };
}

async function wantedVolumes(input: CommandInput) {
  const [only] = input.operands;
  if (only !== undefined) return [{ pool: await poolWith(only, input), name: only }];
  return (await poolsOf(input)).flatMap((pool) => pool.volumes.map((name) => ({ pool, name })));
}

async function verifyVolume(pool: Pool, name: string, known: readonly Volume[], nodes: PeerNodes): Promise<Result> {
  const volume = await poolVolume(pool, name, known);
  return { pool: pool.name, volume: name, copies: volume.copies, ...(await compareBricksOf(volume, nodes)) };
}

function asValue({ pool, volume, files, differences, changing, isPart }: Result): Value {
  return {
    pool,
    volume,
    files,
    complete: !isPart,
    differences: differences.map(({ path, problem }) => ({ path, problem })),
    changing,
  };
}

function asText({ volume, copies, files, differences, changing, isPart }: Result): string {
  if (copies === 1) return `volume ${volume}: ${files} files, and no copies to compare them with\n`;
  const wrong = [
    ...differences.map(({ path, problem }) => `${path} ${problem}`),
    ...changing.map((path) => `${path} differs, and not every brick has what changes`),
  ];
  if (wrong.length === 0) return `volume ${volume}: ${copies} bricks have the same ${files} files\n`;
  const more = wrong.length - mostShown;
  const count = `${isPart ? 'at least ' : ''}${wrong.length}`;
  return [
    `volume ${volume}: ${count} of its files ${wrong.length === 1 ? 'is' : 'are'} not the same on all bricks`,
    ...wrong.slice(0, mostShown),
    ...(more > 0 ? [`and ${more} more: --json shows them`] : []),
    '',
  ].join('\n');
}
