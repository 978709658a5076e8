import { healActions, healCommands } from '#gluster/change/heal-actions.ts';
import { healVolume } from '#gluster/glusterd/healing.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { followed } from './follow.ts';
import { poolVolume, poolWith } from './pool-volume.ts';

/** gnt-gluster pool heal VOLUME */
export const poolHeal: Command = {
  name: 'pool heal',
  summary: 'start what of a volume does not run, and wait until all its copies are complete',
  operands: ['VOLUME'],
  options: onlyPool,
  flags: dryRun,
  details: [
    'Guests go on meanwhile.',
    'While a brick comes back their writes are slower, so that no read returns old data.',
    'Ctrl-C ends the waiting, and takes that back. Healing goes on.',
  ],
  local: true,
  run: heal,
};

async function heal(input: CommandInput): Promise<Report> {
  const [name = ''] = input.operands;
  const pool = await poolWith(name, input);
  const volume = await poolVolume(pool, name, await volumes());
  if (volume.copies === 1) throw new Failure('unsupported', `volume ${name} has no copies to heal`);
  if (!volume.started)
    throw new Failure('unavailable', `volume ${name} is stopped`, { hint: `gluster volume start ${name}` });
  if (input.flags.has('dry-run')) return await examine(volume);
  const look = async () => observe(await poolVolume(pool, name, await volumes()), await peers());
  await followed(`volume ${name}`, (follow) => healVolume(healActions(volume, look), follow));
  return { json: { volume: name, state: 'ok' }, text: `volume ${name} has all its copies\n` };
}

async function examine(volume: Volume): Promise<Report> {
  const { name } = volume;
  const health = healthOf(await observe(volume, await peers()));
  const { hurry, start, heal: call, giveBack } = healCommands(volume);
  const unwell = health.idle > 0 ? [hurry, start, call, giveBack] : [call];
  const commands = health.state === 'ok' ? [] : unwell;
  const lines = commands.map((command) => `would run: gluster ${command.join(' ')}\n`);
  const text = lines.length === 0 ? `volume ${name} has all its copies\n` : lines.join('');
  return { json: { dryRun: true, volume: name, state: health.state, problems: health.problems }, text };
}
