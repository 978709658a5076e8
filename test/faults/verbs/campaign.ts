import { workerVariable } from '#src/supervise.ts';
import type { LabNode } from '../../lab/node.ts';
import { providerDirectory } from '../../lab/provider.ts';
import { type Point, pointsOf } from './points.ts';
import { anchor, type Call, cleanUp, image, removeSnapshot, type Scenario } from './scenarios.ts';
import { brokenImages, makeForeignFile, removeForeignFile, stateOf, writeData } from './state.ts';

/** What came of one scenario. */
export interface Outcome {
  readonly name: string;
  readonly points: number;
  /** Of these the verb was really killed at; at the others it had ended before, as happens when threads race. */
  readonly killed: number;
  readonly failures: readonly string[];
}

const fromGaneti = { LC_ALL: 'C', EXTP_PROVIDER: 'gluster', EXTP_ACCESS: 'kernelspace' };
const trace = '/tmp/faults.trace';

/**
 * Kills a verb at every point and calls it again, each time from the same state: afterwards images are whole, and
 * the node is in the state that an undisturbed run leads to.
 */
export async function runScenario(
  node: LabNode,
  scenario: Scenario,
  progress: (done: number, of: number) => void,
): Promise<Outcome> {
  const { name, call } = scenario;
  await must(node, scenario.unmounted === true ? anchoring.detach : anchoring.attach);
  await reset(node, scenario);
  const empty = await stateOf(node);
  await prepare(node, scenario);
  const points = pointsOf(await record(node, call));
  await must(node, call);
  const wanted = await stateOf(node);
  const failures: string[] = [];
  let killed = 0;
  for (const [index, point] of points.entries()) {
    const say = (text: string): unknown =>
      failures.push(`${name}: ${point.systemCall} ${point.count} (${point.what}): ${text}`);
    await reset(node, scenario);
    const before = await stateOf(node);
    if (before !== empty) say(`clean-up left\n${difference(empty, before)}`);
    await prepare(node, scenario);
    if (await killAt(node, call, point)) killed += 1;
    for (const problem of await brokenImages(node, scenario.prepare.length > 0 || scenario.data === true)) say(problem);
    const again = await run(node, call);
    if (again.exitCode !== 0) say(`the next run: exit ${again.exitCode}: ${again.said}`);
    const state = await stateOf(node);
    if (state !== wanted) say(`another state than without a kill\n${difference(wanted, state)}`);
    progress(index + 1, points.length);
  }
  await reset(node, scenario);
  return { name, points: points.length, killed, failures };
}

async function prepare(node: LabNode, { prepare: calls, unmounted = false, foreign = false }: Scenario): Promise<void> {
  if (foreign) await makeForeignFile(node);
  for (const call of calls) {
    await must(node, call);
    if (call.verb === 'create') await writeData(node, image);
  }
  if (unmounted) await unmountAll(node);
}

/** An image that stays, and that keeps the volume mounted while it is attached. */
const anchorName = { VOL_NAME: anchor, VOL_UUID: '0f0e6c2a-6d5b-4b5e-8f55-000000000002' };
const anchoring = {
  create: { verb: 'create', variables: { ...anchorName, VOL_SIZE: '8' } },
  attach: { verb: 'attach', variables: anchorName },
  detach: { verb: 'detach', variables: anchorName },
} as const;

/** Makes what stays for the whole campaign. */
export async function makeAnchor(node: LabNode): Promise<void> {
  // What the first of all verbs make for good: directories, and what the node tells the others of itself.
  for (const verb of ['create', 'attach', 'open', 'detach', 'remove'] as const)
    await must(node, { verb, variables: { ...anchorName, VOL_SIZE: '8' } });
  await must(node, anchoring.create);
  await writeData(node, anchorName.VOL_NAME);
}

async function reset(node: LabNode, { call, unmounted = false }: Scenario): Promise<void> {
  await removeForeignFile(node);
  for (const undo of call.verb === 'snapshot' ? [removeSnapshot, ...cleanUp] : cleanUp) await must(node, undo);
  if (unmounted) await unmountAll(node);
}

async function unmountAll(node: LabNode): Promise<void> {
  await node.exec(['sh', '-c', 'umount /run/ganeti-gluster/mnt/*/* 2>/dev/null || true']);
}

async function must(node: LabNode, call: Call): Promise<void> {
  const { exitCode, said } = await run(node, call);
  if (exitCode !== 0) throw new Error(`${call.verb}: exit ${exitCode}: ${said}`);
}

async function run(
  node: LabNode,
  { verb, variables }: Call,
  wrapper: readonly string[] = [],
): Promise<{ readonly exitCode: number; readonly said: string }> {
  const argv = ['sh', '-c', 'exec "$@" <&-', 'sh', ...wrapper, `${providerDirectory}/${verb}`];
  // strace watches the process that does the work: the verb itself then, instead of one that it starts.
  const worker = wrapper.length === 0 ? {} : { [workerVariable]: verb };
  const options = {
    env: { ...fromGaneti, ...worker, ...variables },
    cwd: providerDirectory,
    timeLimit: 120_000,
    reject: false,
  };
  const { exitCode, stderr } = await node.exec(argv, options);
  return { exitCode, said: stderr };
}

async function record(node: LabNode, call: Call): Promise<string> {
  const { exitCode, said } = await run(node, call, ['/usr/bin/strace', '-qq', '-o', trace]);
  if (exitCode !== 0) throw new Error(`${call.verb} under strace: exit ${exitCode}: ${said}`);
  return (await node.exec(['cat', trace])).stdout;
}

async function killAt(node: LabNode, call: Call, { systemCall, count }: Point): Promise<boolean> {
  const inject = ['-e', `trace=${systemCall}`, '-e', `inject=${systemCall}:signal=KILL:when=${count}`];
  const { exitCode, said } = await run(node, call, ['/usr/bin/strace', '-qq', '-o', '/dev/null', ...inject]);
  if (exitCode === 137) return true;
  if (exitCode !== 0) throw new Error(`${call.verb} under strace: exit ${exitCode}: ${said}`);
  return false;
}

function difference(wanted: string, found: string): string {
  const [one, other] = [wanted.split('\n'), found.split('\n')];
  const lacking = one.filter((line) => !other.includes(line)).map((line) => `    - ${line}`);
  return [...lacking, ...other.filter((line) => !one.includes(line)).map((line) => `    + ${line}`)].join('\n');
}
