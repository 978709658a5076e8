import { readFileSync } from 'node:fs';
import { projectDirectory } from '../../lab/layout.ts';

/** Every command line in the ```sh blocks of a page, in their order, without comments. */
export function commandsOf(page: string): readonly string[] {
  const text = readFileSync(`${projectDirectory}/${page}`, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.replace(/(^|\s)#.*/, '').trim())
      .filter((line) => line !== ''),
  );
}
