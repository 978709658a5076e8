import { ask } from '#gluster/agent/ask.ts';
import { askAll } from '#gluster/agent/ask-all.ts';
import { type TlsState, tlsStates, usesTls, volumeProblems } from '#gluster/glusterd/tls.ts';
import { volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import type { Command, CommandInput, Report } from './command.ts';
import { isForScript, type List, listReport } from './listing.ts';

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
  options: {},
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
  const [known, { answers, silent }] = [await volumes(), await askAll((node) => ask(node, 'tls', {}))];
  const nodes = answers
    .map(({ node, answer }) => ({ node, ...answer }))
    .toSorted((one, other) => (one.node < other.node ? -1 : 1));
  if (!usesTls(nodes, known)) return { json: [], text: 'no volume uses TLS, and no glusterd does\n', problems: silent };
  const rows = tlsStates(nodes, known).map(rowOf);
  const remarks = [
    ...rows.flatMap(({ node, problems }) => problems.map((problem) => `${node}: ${problem}\n`)),
    ...known.flatMap((volume) => volumeProblems(volume).map((problem) => `volume ${volume.name}: ${problem}\n`)),
  ];
  const { json, text } = await listReport(tlsFields, rows, input, '');
  const told = remarks.length === 0 || isForScript(input) ? '' : `\n${remarks.join('')}`;
  return { json, text: text + told, bad: remarks.length > 0, problems: silent };
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
