import { readFileSync } from 'node:fs';
import { projectDirectory } from '../../lab/layout.ts';

/** Every command line in the ```sh blocks of README.md, in their order, without comments. */
export function readmeCommands(): readonly string[] {
  const text = readFileSync(`${projectDirectory}/README.md`, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*/, '').trim())
      .filter((line) => line !== ''),
  );
}
