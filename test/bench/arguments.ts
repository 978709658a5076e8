import path from 'node:path';
import { projectDirectory } from '../lab/layout.ts';

/** The directory of the built provider. */
export const built = path.join(projectDirectory, 'build/out/ganeti-extstorage-gluster');

/** What `parse` makes of the arguments; where it throws, this program ends with the sentence, `usage` and status 2. */
export function orUsage<Options>(usage: string, parse: () => Options): Options {
  try {
    return parse();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

/** The number an option has as its value, from 1 to 99999; throws where it is none. */
export function numberOf(option: string, text: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) throw new Error(`${option} must be a number, not ${text}`);
  return Number(text);
}
