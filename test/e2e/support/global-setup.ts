import { existsSync } from 'node:fs';
import { createVolume } from '../../lab/gluster.ts';
import { installProvider } from '../../lab/install.ts';
import { down, open, up } from '../../lab/lab.ts';
import { projectDirectory } from '../../lab/layout.ts';
import { fingerprint, remains } from '../../lab/remains.ts';
import { type Suite, suiteOfTests } from '../../lab/suites.ts';
import { labName, secondVolume } from './lab.ts';
import { say, timed } from './progress.ts';

interface Site {
  readonly suite: Suite;
  readonly nodes: number;
  /** A second volume. */
  readonly volume?: string;
}

/** For working on these tests: the lab stays up, and is used again. */
const keep = process.env.KEEP_LAB === 'yes';

export async function setup(): Promise<() => Promise<void>> {
  return await setUp({ suite: suiteOfTests(), nodes: 3, volume: secondVolume });
}

/** Brings one lab up for all files; afterwards nothing of it may be left on the machine. */
export async function setUp(site: Site): Promise<() => Promise<void>> {
  const built = `${projectDirectory}/build/out/ganeti-extstorage-gluster/ganeti-extstorage-gluster`;
  if (!existsSync(built)) throw new Error(`there is no ${built}: npm run build`);
  try {
    await bringUp(site);
  } catch (error) {
    if (!keep) await down(labName);
    throw error;
  }
  return keep ? async () => undefined : takeDown;
}

async function bringUp({ suite, nodes, volume }: Site): Promise<void> {
  // What an interrupted run left.
  if (!keep) await down(labName);
  const existing = open(labName);
  const lab = await up({ name: labName, nodes, ganeti: true, suite, progress: say });
  await timed('install.sh on every node', () => installProvider(lab));
  if (existing === undefined && volume !== undefined)
    await timed(`volume ${volume}`, () => createVolume({ name: volume, nodes: lab.nodes, brickMebibytes: 4096 }));
}

async function takeDown(): Promise<void> {
  const traces = fingerprint(labName);
  await timed('lab down', () => down(labName));
  const left = remains(labName, traces);
  if (left.length > 0) throw new Error(`the lab left this on the machine:\n  ${left.join('\n  ')}`);
}
