/**
 * `node --random-seed=N code-cache.ts FILE`: puts V8's code cache of a bundled file beside it. Only a process with a
 * fixed seed makes the same bytes each time, and only of the first thing it compiles, as long as that does not run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';

const [, , file = ''] = process.argv;
const script = new Script(readFileSync(file, 'latin1'), { filename: file });
writeFileSync(`${file}.cache`, script.createCachedData());
