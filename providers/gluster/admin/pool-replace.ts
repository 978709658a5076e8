import { type PeerNodes, peerNodes } from '#gluster/agent/peer-nodes.ts';
import { type BrickMove, commandsOf } from '#gluster/change/brick-move.ts';
import { changePoolOf } from '#gluster/change/grow.ts';
import { performMove } from '#gluster/change/perform.ts';
import { type PlannedMove, planReplace } from '#gluster/change/replace.ts';
import { secondCopyCommands } from '#gluster/change/second-copy.ts';
import { domainText, failureDomains } from '#gluster/ganeti/failure-domains.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { nameOf, volumes } from '#gluster/glusterd/volumes.ts';
import { note } from '#src/reply.ts';
import { formatBytes } from '#src/units.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { followed } from './follow.ts';
import { poolVolume, poolWith } from './pool-volume.ts';

/** gnt-gluster pool replace VOLUME BRICK PLACE */
export const poolReplace: Command = {
  name: 'pool replace',
  summary: 'move a brick of a volume to another node, with all its data, while guests run',
  operands: ['VOLUME', 'BRICK', 'PLACE'],
  options: onlyPool,
  flags: dryRun,
  details: [
    'BRICK and PLACE are HOST:/PATH. PLACE is not there yet, and lies on a file system of its own.',
    'The new brick is filled and compared with the others before the old one leaves the volume.',
    'The old directory is renamed, and keeps its data.',
    'Run it on the master. After Ctrl-C the same command goes on, and so does: pool reconcile.',
  ],
  local: true,
  run: replace,
};

async function replace(input: CommandInput): Promise<Report> {
  const [name = '', from = '', to = ''] = input.operands;
  const pool = await poolWith(name, input);
  const volume = await poolVolume(pool, name, await volumes());
  const nodes = await peerNodes();
  const planned = await planReplace(volume, from, to, nodes);
  const crowded = await crowding(planned.move, nodes);
  const plan = [...planOf(planned), ...crowded.map((reason) => `warning: ${reason}`)];
  const json = { volume: name, from, to, bytes: planned.bytes, begun: planned.isBegun, crowded };
  if (input.flags.has('dry-run')) return { json: { dryRun: true, ...json, steps: plan }, text: `${plan.join('\n')}\n` };
  for (const line of plan) note(line);
  await followed(`volume ${name}`, (follow) => changePoolOf(volume, () => performMove(planned.move, nodes, follow)));
  return { json: { dryRun: false, ...json }, text: `brick ${from} of volume ${name} is at ${to} now\n` };
}

/** Why two copies of the volume may be lost at once after a move; this command moves a brick wherever it is told to. */
async function crowding({ volume, from, to }: BrickMove, nodes: PeerNodes): Promise<readonly string[]> {
  const domains = await orReason(failureDomains);
  if (typeof domains === 'string') return [domains];
  const staying = volume.bricks.filter(({ peer }) => peer !== from?.peer && peer !== to.peer);
  const [place, others] = [nodes.byPeer.get(to.peer) ?? '', staying.map(({ peer }) => nodes.byPeer.get(peer) ?? '')];
  const shared = domains.filter((domain) => domain.nodes.includes(place));
  return shared.filter((domain) => others.some((node) => domain.nodes.includes(node))).map(domainText);
}

/** What is done, in the order of its lines. */
function planOf({ move, bytes, isBegun }: PlannedMove): readonly string[] {
  const { volume, from, to, copies } = move;
  const { pause, add, resume, remove = [] } = commandsOf(move);
  const { prefer, empty, renew, trust } = secondCopyCommands(move);
  const gluster = (command: readonly string[]): string => `  gluster ${command.join(' ')}`;
  return [
    ...(isBegun ? [`volume ${volume.name}: an earlier run began this; what it did is not done again`] : []),
    `volume ${volume.name}: ${copies} copies, ${copies + 1} during the move, never fewer`,
    ...(copies > 1
      ? [gluster(pause), gluster(add)]
      : [
          ...[prefer, add, pause, empty].map(gluster),
          `  rename ${to.path} on ${to.host}, and delete it`,
          gluster(renew),
        ]),
    '  wait until every client is on the new brick',
    gluster(resume),
    isBegun ? '  copy what is missing' : `  copy ${formatBytes(bytes)} to ${nameOf(to)}`,
    '  wait until nothing waits to be healed and all bricks have the same files',
    ...(copies > 1 ? [] : trust.map(gluster)),
    gluster(remove),
    ...(from === undefined ? [] : [`  rename ${from.path} on ${from.host}: its data stays`]),
  ];
}
