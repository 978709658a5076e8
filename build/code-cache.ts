/**
 * `node --random-seed=N code-cache.ts FILE [whole]`: puts V8's code cache of a bundled file beside it. Only a process
 * with a fixed seed makes the same bytes each time, and only of the first thing it compiles, as long as that does not
 * run. Usually V8 compiles a function when it is called; `whole`: the cache has all of them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const [, , file = '', extent] = process.argv;
if (extent === 'whole') setFlagsFromString('--no-lazy');
const script = new Script(readFileSync(file, 'latin1'), { filename: file });
// V8 takes no cache that was made with other flags than it runs with.
setFlagsFromString('--lazy');
writeFileSync(`${file}.cache`, script.createCachedData());
