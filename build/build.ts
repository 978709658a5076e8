/**
 * `npm run build`: makes build/out/ganeti-extstorage-gluster/, the directory that install.sh installs and that Ganeti
 * could use as it stands: one executable, one link for each verb to it or to the script that has it do the work,
 * parameters.list, the example configuration, manual pages, completion and log rotation. With --separate there is an
 * executable for each verb.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { commands } from '#gluster/admin/commands.ts';
import { parameters } from '#gluster/configuration/parameters.ts';
import { runCommandLine } from './command-line.ts';
import { bashCompletion } from './completion.ts';
import { layOut } from './layout.ts';
import { links } from './links.ts';
import { manualPages } from './manual/pages.ts';
import { nodeOf } from './node-of.ts';
import { type BuildOptions, buildCommand, buildOptions, directoryName } from './options.ts';
import { parametersList } from './parameters-list.ts';
import { preparedNode } from './prepared-node.ts';
import { buildProgram, type Program } from './program.ts';
import { secondsSince } from './seconds.ts';
import { sourceDate } from './source-date.ts';

const name = 'ganeti-extstorage-gluster';
const root = path.dirname(import.meta.dirname);
const work = path.join(root, 'build/out/work');

interface Made {
  readonly name: string;
  readonly source: string;
}

async function build(options: BuildOptions): Promise<number> {
  const started = performance.now();
  await mkdir(work, { recursive: true });
  const executables = await buildPrograms(options);
  const output = path.join(root, 'build/out', directoryName(name, options));
  await layOut(output, {
    executables,
    links: options.separate ? {} : links,
    copies: {
      'gluster.toml.example': path.join(root, 'providers/gluster/files/gluster.toml.example'),
      'gnt-gluster-kvm': path.join(root, 'providers/gluster/files/gnt-gluster-kvm'),
      'ganeti-hook': path.join(root, 'providers/gluster/files/ganeti-hook'),
      'gnt-gluster-reconcile.service': path.join(root, 'providers/gluster/files/gnt-gluster-reconcile.service'),
      'gnt-gluster-reconcile.timer': path.join(root, 'providers/gluster/files/gnt-gluster-reconcile.timer'),
      'run-verb': path.join(root, 'providers/gluster/files/run-verb'),
      logrotate: path.join(root, 'providers/gluster/files/logrotate.conf'),
    },
    texts: {
      'parameters.list': parametersList(parameters),
      'gnt-gluster.bash-completion': bashCompletion('gnt-gluster', commands),
      ...manualPages(await sourceDate(root)),
    },
  });
  say('layout', `${path.relative(root, output)}/ in ${secondsSince(started)}`);
  return 0;
}

async function buildPrograms({ architecture, separate }: BuildOptions): Promise<readonly Made[]> {
  const programs: readonly Program[] = separate
    ? Object.keys(links).map((program) => ({ name: program, entry: `providers/gluster/${program}.ts` }))
    : [{ name, entry: 'providers/gluster/multicall.ts' }];
  const official = await nodeOf(architecture, root, work);
  const node = await preparedNode(official, architecture, work, (message) => say('node', message));
  const made: Made[] = [];
  for (const program of programs) {
    const { bundleBytes, path: source, bytes, fresh } = await buildProgram(program, { architecture, node, root, work });
    const sizes = `${Math.round(bytes / 1024 ** 2)} MiB, ${Math.round(bundleBytes / 1024)} KiB of it ours`;
    say('executable', `${program.name}: ${sizes}${fresh ? '' : ', unchanged'}`);
    made.push({ name: program.name, source });
  }
  return made;
}

function say(step: string, message: string): void {
  console.log(`${step.padEnd(11)} ${message}`);
}

await runCommandLine(buildCommand, (given) => build(buildOptions(given)));
