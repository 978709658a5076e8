import { callHealers } from './heal.ts';
import type { Actions } from './healing.ts';
import { change, setCommand } from './options.ts';
import type { Volume } from './volumes.ts';

/** After so many seconds without a change a client gives a lock back. */
const delay = 'cluster.post-op-delay-secs';

/**
 * What is done to a volume to have it healed, as arguments of gluster. What a killed run left at 0 is not given back.
 */
export function healCommands({ name, options }: Volume) {
  const before = options.get(delay) ?? '0';
  return {
    hurry: setCommand(name, [{ option: delay, wanted: '0' }]),
    start: ['volume', 'start', name, 'force'],
    heal: ['volume', 'heal', name],
    giveBack: before === '0' ? ['volume', 'reset', name, delay] : setCommand(name, [{ option: delay, wanted: before }]),
  };
}

/** The actions of healVolume on a volume. `look`: its bricks may change meanwhile. */
export function healActions(volume: Volume, look: Actions['look']): Actions {
  const { hurry, start, giveBack } = healCommands(volume);
  return {
    look,
    start: () => change(start),
    hurry: (on) => change(on ? hurry : giveBack),
    heal: () => callHealers(volume.name),
  };
}
