/**
 * `npm run build`: makes build/out/ganeti-extstorage-gluster/, the directory that install.sh installs and that Ganeti
 * could use as it stands: one executable, one link to it for each verb, parameters.list and the example configuration.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parameters } from '../providers/gluster/parameters.ts';
import { verbs } from '../src/verbs.ts';
import { bundle } from './bundle.ts';
import { buildExecutable } from './executable.ts';
import { layOut } from './layout.ts';
import { parametersList } from './parameters-list.ts';

const name = 'ganeti-extstorage-gluster';
const root = path.dirname(import.meta.dirname);
const work = path.join(root, 'build/out/work');
const output = path.join(root, 'build/out', name);

const started = performance.now();
await mkdir(work, { recursive: true });

const bundled = path.join(work, 'bundle.cjs');
const bundleBytes = await bundle(path.join(root, 'providers/gluster/multicall.ts'), bundled);
say('bundle', `${Math.round(bundleBytes / 1024)} KiB`);

const executable = await buildExecutable(bundled, work, (message) => say('executable', message));
say('executable', `${Math.round(executable.bytes / 1024 ** 2)} MiB${executable.fresh ? '' : ', unchanged'}`);

await layOut(output, {
  executable: { name, source: executable.path },
  links: [...Object.keys(verbs), 'gnt-gluster'],
  copies: { 'gluster.toml.example': path.join(root, 'providers/gluster/gluster.toml.example') },
  texts: { 'parameters.list': parametersList(parameters) },
});
say('layout', `${path.relative(root, output)}/ in ${((performance.now() - started) / 1000).toFixed(1)} s`);

function say(step: string, message: string): void {
  console.log(`${step.padEnd(11)} ${message}`);
}
