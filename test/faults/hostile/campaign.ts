import { readdirSync } from 'node:fs';
import path from 'node:path';
import { projectDirectory } from '../../lab/layout.ts';
import type { LabNode } from '../../lab/node.ts';
import { machineEnvironment, run } from '../../lab/process.ts';
import { ownMount } from '../verbs/state.ts';
import type { HostileResult } from './driver.ts';
import { names } from './environments.ts';

/** As many calls a process as its open files allow: a verb counts on the end of its process to close them. */
const batch = 1000;
const driver = path.join(import.meta.dirname, 'driver.ts');
const result = '/tmp/hostile.json';

/**
 * Calls the verbs that often with generated arguments and environments. Afterwards no file is anywhere it does not
 * belong.
 */
export async function runHostile(
  node: LabNode,
  calls: number,
  seed: number,
  progress: (done: number, of: number) => void,
): Promise<HostileResult> {
  const before = await filesOf(node);
  const statuses: Record<string, number> = {};
  const problems: string[] = [];
  for (let done = 0; done < calls && problems.length === 0; done += batch) {
    const count = Math.min(batch, calls - done);
    const script = 'ulimit -n 65536; exec "$@" >/dev/null 2>&1 <&-';
    const argv = [process.execPath, driver, String(count), String(seed + done), result];
    await node.exec(['sh', '-c', script, 'sh', ...argv], { timeLimit: 1_800_000 });
    const part = parse((await node.exec(['cat', result])).stdout);
    for (const [status, number] of Object.entries(part.statuses)) statuses[status] = (statuses[status] ?? 0) + number;
    problems.push(...part.problems);
    progress(done + count, calls);
  }
  const strange = [...(await filesOf(node))].filter((file) => !before.has(file) && !mayBeThere(file));
  return { statuses, problems: [...problems, ...strange.map((file) => `a file that has no business there: ${file}`)] };
}

function parse(json: string): HostileResult {
  return JSON.parse(json);
}

/** All that is on the volume, in what the node keeps in memory, and what makes its disk differ from the machine's. */
async function filesOf(node: LabNode): Promise<ReadonlySet<string>> {
  const script = "find \"$1\" -printf 'volume/%P\\n'; find /tmp /run -xdev -printf '%p\\n'";
  const { stdout } = await node.exec(['sh', '-c', script, 'sh', ownMount], { timeLimit: 300_000 });
  const upper = readdirSync(`${node.directory}/upper`, { recursive: true, encoding: 'utf8' });
  return new Set([...stdout.split('\n'), ...upper.map((file) => `/${file}`)]);
}

function mayBeThere(file: string): boolean {
  const [, image = ''] = /^volume\/images\/([^/]+)/.exec(file) ?? [];
  const [, remembered = ''] = /^\/run\/ganeti-gluster\/images\/([^/]+)$/.exec(file) ?? [];
  const made = image || remembered;
  if (made !== '') return made === '.work' || names.some((name) => name === made) || /^\w[\w.+-]*$/.test(made);
  return /^\/run\/ganeti-gluster|^\/var\/l(og|ib)\/gluster|^\/run\/gluster|^\/tmp\/(hostile\.json|node-compile-cache)/.test(
    file,
  );
}

/** Reads that many generated configurations, and requests, as the unit tests do with a few. Returns what went wrong. */
export async function readHostile(count: number): Promise<readonly string[]> {
  const vitest = path.join(projectDirectory, 'node_modules/vitest/vitest.mjs');
  const files = ['test/unit/providers/gluster/configuration/any.test.ts', 'test/unit/src/request-any.test.ts'];
  const argv = [
    process.execPath,
    vitest,
    'run',
    '--root',
    projectDirectory,
    '--project',
    'unit',
    '--testTimeout',
    '3600000',
    ...files,
  ];
  const env = { ...machineEnvironment(), PROPERTY_RUNS: String(count) };
  const { exitCode, stdout, stderr } = await run(argv, { env });
  return exitCode === 0 ? [] : [`exit ${exitCode}\n${stdout}${stderr}`];
}
