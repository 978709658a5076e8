import { checkout, labsOfStep } from '../lab/checkout.ts';
import { down } from '../lab/lab.ts';
import { markerVariable } from '../lab/process.ts';
import { lives, type Process, processOf } from '../lab/processes.ts';
import { takeCopiesAway } from '../sanity/support/leftovers.ts';
import { descendantsOf, killAll, processesWith } from './descendants.ts';

/** What a step starts has this variable: it says of which checkout, step and runner it is. */
export const stepVariable = 'GANETI_GLUSTER_TEST_STEP';

/** The value of the variable for what we start. */
export function markOf(step: string): string {
  return `${checkout}/${step}/${process.pid}/${processOf(process.pid)?.start}`;
}

/**
 * Takes away what is left of a step whose runner has been killed, or of our own: its processes, with what they started,
 * its labs with all that is in them, and loop devices. That of other checkouts, steps, and runners that live, is left
 * alone.
 */
export async function takeAway(step: string): Promise<void> {
  const marked = processesWith(stepVariable).filter(({ value }) => value.startsWith(`${checkout}/${step}/`));
  const others = marked.filter(({ value }) => value !== markOf(step) && lives(runnerOf(value)));
  const inLabs = new Set(processesWith(markerVariable).map(({ pid }) => pid));
  const left = marked.filter((one) => !others.includes(one) && !inLabs.has(one.pid));
  await killAll(left.flatMap((one) => [one, ...descendantsOf(one.pid)]));
  if (step === 'sanity') await takeCopiesAway();
  if (others.length === 0) for (const name of labsOfStep(step)) await down(name);
}

function runnerOf(mark: string): Process {
  const [, , pid, start = ''] = mark.split('/');
  return { pid: Number(pid), start };
}
