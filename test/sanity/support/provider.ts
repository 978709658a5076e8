import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type ProviderDirectory, readProvider } from '#src/sanity/provider-directory.ts';
import { verbNames } from '#src/verbs.ts';
import { detachUnder } from '../../lab/loops.ts';
import { scratchPrefix } from './leftovers.ts';

const reference = new URL('../reference/verb', import.meta.url);

/** A change of the reference provider: a text that is in it once, and what is there instead. */
export type Change = readonly [from: string, to: string];

/** A copy of the reference provider with changes, in a directory of its own that `remove` takes away. */
export interface Copy {
  readonly provider: ProviderDirectory;
  readonly remove: () => Promise<void>;
}

/** Makes one. `arrange` may change its directory once all is there. */
export function copyReference(changes: readonly Change[] = [], arrange?: (directory: string) => void): Copy {
  const scratch = mkdtempSync(`${scratchPrefix}${process.pid}-`);
  const [directory, store] = [`${scratch}/reference`, `${scratch}/store`];
  for (const path of [directory, store]) mkdirSync(path);
  copyFileSync(reference, `${directory}/verb`);
  writeFileSync(`${directory}/verb`, changed(readFileSync(reference, 'utf8'), changes));
  for (const verb of verbNames) symlinkSync('verb', `${directory}/${verb}`);
  writeFileSync(`${directory}/parameters.list`, 'store directory of the images\n');
  arrange?.(directory);
  const remove = async (): Promise<void> => {
    await detachUnder(scratch);
    rmSync(scratch, { recursive: true });
  };
  return { provider: readProvider(directory, { store }), remove };
}

function changed(script: string, changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new Error(`the reference provider does not have this once: ${from}`);
    return text.replace(from, () => to);
  }, script);
}
