import { patiently } from './patiently.ts';
import { askGluster, child, children, text } from './xml.ts';

/** All peers must take an option over, and the clients build a new graph: seconds. */
const patience = 120;

/** What holds of every option of a volume, by its full name: what was set, else what GlusterFS does without. */
export async function effectiveOptions(volume: string): Promise<ReadonlyMap<string, string>> {
  return optionsIn(await askGluster(['volume', 'get', volume, 'all']));
}

/** Reads `volume get NAME all --xml`, which marks what nobody set. */
export function optionsIn(output: unknown): ReadonlyMap<string, string> {
  const options = children(child(output, 'volGetopts'), 'Opt');
  return new Map(
    options.map((option) => [text(option, 'Option'), text(option, 'Value').replace(/ ?\(DEFAULT\)$/, '')]),
  );
}

/** The command that sets options of a volume, all in one step. */
export function setCommand(
  volume: string,
  options: readonly { readonly option: string; readonly wanted: string }[],
): readonly string[] {
  return ['volume', 'set', volume, ...options.flatMap(({ option, wanted }) => [option, wanted])];
}

/** Whether an option has a value that means no. */
export function isOff(value: string): boolean {
  return ['off', 'disable', 'no', 'false', '0'].includes(value);
}

/**
 * Runs a command that changes a volume; who types Ctrl-C does not end it. It waits while another command has the lock
 * of the volume. Throws a Failure of kind failed, with the reason, when glusterd refuses it.
 */
export async function change(command: readonly string[]): Promise<void> {
  await patiently(() => askGluster(command, patience, { ownGroup: true }));
}
