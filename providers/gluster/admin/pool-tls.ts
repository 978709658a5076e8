import { ask } from '#gluster/agent/ask.ts';
import { askAll } from '#gluster/agent/ask-all.ts';
import type { Pool } from '#gluster/configuration/pool.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { type TlsState, tlsStates, usesTls, volumeProblems } from '#gluster/glusterd/tls.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { asFailure, Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { type Command, type CommandInput, onlyPool, type Report } from './command.ts';
import { isForScript, type List, listReport } from './listing.ts';
import { poolVolume, volumeAt } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

type Row = {
  readonly node: string;
  readonly management: boolean;
  readonly name: string | null;
  readonly expires: string | null;
  readonly state: 'ok' | 'bad';
  readonly problems: readonly string[];
};

/** What `gnt-gluster pool tls` shows. */
const tlsFields: List<Row> = {
  fields: [
    { name: 'node', key: 'node', heading: 'Node', meaning: 'node of the cluster' },
    {
      name: 'management',
      key: 'management',
      heading: 'Management',
      meaning: 'whether it encrypts what it says to glusterds',
      show: ({ management }) => (management ? 'encrypted' : 'plain'),
    },
    { name: 'name', key: 'name', heading: 'Name', meaning: 'common name of its certificate' },
    { name: 'expires', key: 'expires', heading: 'Expires', meaning: 'day on which its certificate ends' },
    { name: 'state', key: 'state', heading: 'State', meaning: 'ok or bad' },
    {
      name: 'problems',
      key: 'problems',
      heading: 'Problems',
      meaning: 'what is wrong with it',
      show: ({ problems }) => problems.join('; '),
    },
  ],
  usual: ['node', 'management', 'name', 'expires', 'state'],
};

const actions = ['check'];

/** gnt-gluster pool tls [check] */
export const poolTls: Command = {
  name: 'pool tls',
  summary: 'show whether the certificates of all nodes are there, valid, and trusted by each other',
  operands: ['[ACTION]'],
  options: onlyPool,
  list: tlsFields,
  details: [
    'ACTION is check. It reads the files that GlusterFS takes unless a volume says otherwise.',
    'The exit status is 1 when something is wrong, or a certificate ends within two weeks.',
    'Run it on the master.',
  ],
  local: true,
  run: check,
};

async function check(input: CommandInput): Promise<Report> {
  const [action = 'check'] = input.operands;
  if (!actions.includes(action))
    throw new Failure('usage', await unknown('action', action, actions), { hint: 'gnt-gluster pool tls --help' });
  const { answers, silent } = await askAll((node) => ask(node, 'tls', {}));
  const { known, unknowns } = await volumesOf(await poolsOf(input));
  const problems = [...silent, ...unknowns];
  const nodes = answers
    .map(({ node, answer }) => ({ node, ...answer }))
    .toSorted((one, other) => (one.node < other.node ? -1 : 1));
  if (!usesTls(nodes, known))
    return { json: [], text: 'no volume of a pool uses TLS, and no glusterd does\n', problems };
  const rows = tlsStates(nodes, known).map(rowOf);
  const remarks = [
    ...rows.flatMap(({ node, problems }) => problems.map((problem) => `${node}: ${problem}\n`)),
    ...known.flatMap((volume) => volumeProblems(volume).map((problem) => `volume ${volume.name}: ${problem}\n`)),
  ];
  const { json, text } = await listReport(tlsFields, rows, input, '');
  const told = remarks.length === 0 || isForScript(input) ? '' : `\n${remarks.join('')}`;
  return { json, text: text + told, bad: remarks.length > 0, problems };
}

/** The volumes of some pools, each once, and why some are not known. */
async function volumesOf(pools: readonly Pool[]) {
  const local = await orReason(volumes);
  const known = new Map<string, Volume>();
  const unknowns: Failure[] = [];
  for (const { pool, name } of pools.flatMap((pool) => pool.volumes.map((name) => ({ pool, name }))))
    try {
      // Servers outside of the cluster are asked where there is no glusterd here.
      const volume = await (typeof local === 'string' ? volumeAt(pool, name) : poolVolume(pool, name, local));
      known.set(volume.id, volume);
    } catch (error) {
      const failure = asFailure(error);
      if (failure === undefined) throw error;
      unknowns.push(failure);
    }
  return { known: [...known.values()], unknowns };
}

function rowOf({ node, management, name, expires, problems }: TlsState): Row {
  return {
    node,
    management,
    name: name ?? null,
    expires: expires === undefined ? null : new Date(expires).toISOString().slice(0, 10),
    state: problems.length === 0 ? 'ok' : 'bad',
    problems,
  };
}
