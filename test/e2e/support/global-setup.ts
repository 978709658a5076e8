import { existsSync } from 'node:fs';
import { createVolume } from '../../lab/gluster.ts';
import { installProvider } from '../../lab/install.ts';
import { down, open, up } from '../../lab/lab.ts';
import { projectDirectory } from '../../lab/layout.ts';
import { fingerprint, remains } from '../../lab/remains.ts';
import { type Suite, suiteOfTests } from '../../lab/suites.ts';
import { labNames, secondVolume } from './lab.ts';
import { say, timed } from './progress.ts';

interface Site {
  /** Of its lab. */
  readonly name: string;
  readonly suite: Suite;
  readonly nodes: number;
  /** A second volume. */
  readonly volume?: string;
  /** Gluster speaks IPv6 and TLS only. */
  readonly secure?: boolean;
  /** The glusterds know nothing of each other, and there is no volume. */
  readonly bare?: boolean;
}

/** For working on these tests: the lab stays up, and is used again. */
const keep = process.env.KEEP_LAB === 'yes';

/** One lab for each file that runs at a time, until all have run. */
export async function setup(): Promise<() => Promise<void>> {
  const site = { suite: suiteOfTests(), nodes: 3, volume: secondVolume };
  const results = await Promise.allSettled(labNames.map((name) => setUp({ ...site, name })));
  const takeAllDown = async (): Promise<void> => {
    await Promise.all(results.map((result) => (result.status === 'fulfilled' ? result.value() : undefined)));
  };
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return takeAllDown;
  await takeAllDown();
  throw failed.reason;
}

/** Brings a lab up; what is returned takes it down, and then nothing of it may be left on the machine. */
export async function setUp(site: Site): Promise<() => Promise<void>> {
  const built = `${projectDirectory}/build/out/ganeti-extstorage-gluster/ganeti-extstorage-gluster`;
  if (!existsSync(built)) throw new Error(`there is no ${built}: npm run build`);
  try {
    await bringUp(site);
  } catch (error) {
    if (!keep) await down(site.name);
    throw error;
  }
  return keep ? async () => undefined : () => takeDown(site.name);
}

async function bringUp({ name, suite, nodes, volume, secure = false, bare = false }: Site): Promise<void> {
  // What an interrupted run left.
  if (!keep) await down(name);
  const existing = open(name);
  const lab = await up({ name, nodes, ganeti: true, suite, secure, peers: !bare, progress: say });
  await timed('install.sh on every node', () => installProvider(lab));
  if (existing === undefined && volume !== undefined)
    await timed(`volume ${volume}`, () => createVolume({ name: volume, nodes: lab.nodes, brickMebibytes: 4096 }));
}

async function takeDown(name: string): Promise<void> {
  const traces = fingerprint(name);
  await timed('lab down', () => down(name));
  const left = remains(name, traces);
  if (left.length > 0) throw new Error(`the lab left this on the machine:\n  ${left.join('\n  ')}`);
}
