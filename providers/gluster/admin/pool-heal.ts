import type { Pool } from '#gluster/configuration/pool.ts';
import { callHealers } from '#gluster/glusterd/heal.ts';
import { type Actions, healVolume } from '#gluster/glusterd/healing.ts';
import { healthOf } from '#gluster/glusterd/health.ts';
import { observe } from '#gluster/glusterd/observe.ts';
import { change, setCommand } from '#gluster/glusterd/options.ts';
import { peers } from '#gluster/glusterd/peers.ts';
import { type Volume, volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import { note } from '#src/reply.ts';
import { type Command, type CommandInput, dryRun, onlyPool, type Report } from './command.ts';
import { poolVolume } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

/** After so many seconds without a change a client gives a lock back. */
const delay = 'cluster.post-op-delay-secs';

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
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  for (const signal of signals) process.once(signal, onSignal);
  try {
    await healVolume(actionsFor(volume, pool), {
      tell: (line) => note(`volume ${name}: ${line}`),
      isStopped: () => stop.signal.aborted,
    });
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
  return { json: { volume: name, state: 'ok' }, text: `volume ${name} has all its copies\n` };
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function poolWith(name: string, input: CommandInput): Promise<Pool> {
  const pools = await poolsOf(input);
  const pool = pools.find((one) => one.volumes.includes(name));
  if (pool !== undefined) return pool;
  const known = pools.flatMap((one) => one.volumes);
  throw new Failure('invalid', await unknown('volume', name, known), { hint: 'gnt-gluster pool status' });
}

/** What is done to a volume, as arguments of gluster. What a killed run left at 0 is not given back. */
function commandsFor({ name, options }: Volume) {
  const before = options.get(delay) ?? '0';
  return {
    hurry: setCommand(name, [{ option: delay, wanted: '0' }]),
    start: ['volume', 'start', name, 'force'],
    heal: ['volume', 'heal', name],
    giveBack: before === '0' ? ['volume', 'reset', name, delay] : setCommand(name, [{ option: delay, wanted: before }]),
  };
}

/** Looks the volume up at each turn: its bricks may change meanwhile. */
function actionsFor(volume: Volume, pool: Pool): Actions {
  const { name } = volume;
  const { hurry, start, giveBack } = commandsFor(volume);
  return {
    look: async () => observe(await poolVolume(pool, name, await volumes()), await peers()),
    start: () => change(start),
    hurry: (on) => change(on ? hurry : giveBack),
    heal: () => callHealers(name),
  };
}

async function examine(volume: Volume): Promise<Report> {
  const { name } = volume;
  const health = healthOf(await observe(volume, await peers()));
  const { hurry, start, heal: call, giveBack } = commandsFor(volume);
  const unwell = health.idle > 0 ? [hurry, start, call, giveBack] : [call];
  const commands = health.state === 'ok' ? [] : unwell;
  const lines = commands.map((command) => `would run: gluster ${command.join(' ')}\n`);
  const text = lines.length === 0 ? `volume ${name} has all its copies\n` : lines.join('');
  return { json: { dryRun: true, volume: name, state: health.state, problems: health.problems }, text };
}
