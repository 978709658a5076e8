import { healActions, healCommands } from '#gluster/change/heal-actions.ts';
import { intentOf } from '#gluster/change/intent.ts';
import { type Actions, healVolume } from '#gluster/glusterd/healing.ts';
import type { Observed } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { brickKey, runningBricks } from '#gluster/glusterd/status.ts';
import { nameOf, type Volume, type VolumeBrick, volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { followed } from './follow.ts';
import { brickOf } from './pool-brick.ts';
import { poolVolume } from './pool-volume.ts';

/** gnt-gluster pool brick start BRICK */
export const poolBrickStart: Command = {
  name: 'pool brick start',
  summary: 'start a brick, and wait until all copies of its volume are complete',
  operands: ['BRICK'],
  options: onlyPool,
  flags: dryRun,
  details: [
    'BRICK is HOST:/PATH. Where it runs already, nothing is changed.',
    'gluster volume start VOLUME force does it: that starts all that does not run of this volume.',
    'While a brick comes back writes of guests are slower, so that no read returns old data.',
    'Ctrl-C ends the waiting, and takes that back. Healing goes on.',
  ],
  local: true,
  run: start,
};

async function start(input: CommandInput): Promise<Report> {
  const { pool, volume, brick } = await brickOf(input);
  const name = nameOf(brick);
  const isDry = input.flags.has('dry-run');
  const observed = await observe(volume, await peers());
  const json = { dryRun: isDry, volume: volume.name, brick: name };
  if (requireStartable(observed, brick))
    return { json: { ...json, ran: true }, text: `brick ${name} of volume ${volume.name} runs already\n` };
  if (isDry) {
    const steps = stepsOf(volume).map((command) => `gluster ${command.join(' ')}`);
    const text = steps.map((step) => `would run: ${step}\n`).join('');
    return { json: { ...json, ran: false, steps }, text };
  }
  const look = async () => observe(await poolVolume(pool, volume.name, await volumes()), await peers());
  await followed(`volume ${volume.name}`, (follow) => healVolume(actionsOf(volume, look), follow));
  const whole = volume.copies === 1 ? '' : ', and all copies are complete';
  return { json: { ...json, ran: false }, text: `brick ${name} of volume ${volume.name} runs${whole}\n` };
}

/** Whether a brick runs already. Throws a Failure where it cannot be started, or where nothing is known of it. */
export function requireStartable({ volume, status, peers: known }: Observed, brick: VolumeBrick): boolean {
  const { name, started } = volume;
  if (!started) throw new Failure('unavailable', `volume ${name} is stopped`, { hint: `gluster volume start ${name}` });
  if (typeof status !== 'object')
    throw new Failure('unavailable', `what runs of volume ${name} is not known: ${status}`, {
      hint: `gluster volume status ${name}`,
    });
  if (runningBricks(status).has(brickKey(brick.peer, brick.path))) return true;
  const away = known.find(({ id, connected, isHere }) => id === brick.peer && !connected && !isHere);
  if (away !== undefined)
    throw new Failure('unavailable', `the glusterd of ${brick.host} does not answer`, {
      hint: `on ${brick.host}: systemctl start glusterd`,
    });
  // With the self-heal daemons off nothing is healed, and the move decides when they may be on.
  if (intentOf(volume) !== undefined)
    throw new Failure('busy', `another change of volume ${name} is under way`, {
      hint: `gnt-gluster pool reconcile; if that wants the brick to run first: gluster volume start ${name} force`,
    });
  return false;
}

/** One copy has no other that a read could find newer. */
function actionsOf(volume: Volume, look: Actions['look']): Actions {
  const actions = healActions(volume, look);
  return volume.copies === 1 ? { ...actions, hurry: async () => undefined } : actions;
}

function stepsOf(volume: Volume): readonly (readonly string[])[] {
  const { hurry, start: force, heal, giveBack } = healCommands(volume);
  return volume.copies === 1 ? [force] : [hurry, force, heal, giveBack];
}
