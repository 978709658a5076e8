import { expect } from 'vitest';
import { look, refused, run } from './support/commands.ts';
import { addInstance, guest } from './support/guests.ts';
import { images, imagesOf } from './support/images.ts';
import { lab, node } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const first = guest(1);
const verbs = '/usr/share/ganeti/extstorage/gluster';
const leaked = 'leaked.ext.disk0';
const half = 'half.ext.disk0';
/** What the test takes away again, whatever happened. */
const own: string[] = [leaked, half];

interface Found {
  readonly orphans: readonly { readonly name: string; readonly state: string }[];
  readonly missing: readonly { readonly image: string; readonly instance: string | null }[];
  readonly unfinished: readonly { readonly image: string; readonly node: string }[];
}

/** What the command says on the master; it exits with 1 when it found something. */
async function orphans(options = ''): Promise<Found & { readonly exitCode: number }> {
  const argv = ['gnt-gluster', 'image', 'orphans', '--json', ...options.split(' ').filter((word) => word !== '')];
  const { exitCode, stdout, stderr } = await lab().master.exec(argv, { timeLimit: 120_000, reject: false });
  if (stdout === '') throw new Error(`gnt-gluster image orphans: exit ${exitCode}: ${stderr}`);
  return { exitCode, ...(JSON.parse(stdout) as Found) };
}

async function names(): Promise<readonly string[]> {
  return (await images()).map(({ name }) => name);
}

step('every disk of a cluster is known: attached, of a second instance, and detached from its instance', async () => {
  await addInstance(1, { node: 'node1.lab', stopped: true });
  await addInstance(2, { node: 'node2.lab', stopped: true });
  await run(`gnt-instance modify --disk add:size=1G,provider=gluster ${first.name}`);
  const [, second = ''] = await imagesOf(first.name);
  own.push(second);
  await run(`gnt-instance modify --disk 1:detach ${first.name}`);
  expect(await imagesOf(first.name)).not.toContain(second);
  const { exitCode, orphans: found } = await orphans('--quarantine --older-than 0m');
  expect({ exitCode, found }).toEqual({ exitCode: 0, found: [] });
  expect(await names()).toHaveLength(3);
});

step('the disk of an instance is not removed by hand, attached to it or not', async () => {
  const [image = ''] = await imagesOf(first.name);
  for (const name of own.filter((one) => one !== leaked && one !== half).concat(image)) {
    const { stderr } = await refused(`gnt-gluster image remove ${name}`);
    expect(stderr).toContain(name === image ? `a disk of ${first.name}` : 'a disk of Ganeti that is detached');
  }
  const { stderr } = await refused(`gnt-gluster image remove --dry-run ${image}`, node('node2.lab'));
  expect(stderr).toMatch(/cannot be asked(.|\n)*node1\.lab(.|\n)*--force/);
  expect(await names()).toHaveLength(3);
});

step('an image that no disk refers to is found, and moved only if one says so', async () => {
  await run(`env VOL_NAME=${leaked} VOL_SIZE=64 ${verbs}/create`, node('node3.lab'));
  // Ganeti may be about to know it.
  expect(await orphans('--quarantine')).toMatchObject({ exitCode: 0, orphans: [{ name: leaked, state: 'too young' }] });
  await run(`env VOL_NAME=${leaked} ${verbs}/open`, node('node3.lab'));
  const leased = expect.stringContaining('leased to node3.lab');
  expect(await orphans('--quarantine --older-than 0m')).toMatchObject({ orphans: [{ name: leaked, state: leased }] });
  await run(`env VOL_NAME=${leaked} ${verbs}/close`, node('node3.lab'));
  expect(await orphans('--quarantine --older-than 0m --dry-run')).toMatchObject({ exitCode: 1 });
  expect(await names()).toHaveLength(4);
  const moved = await orphans('--quarantine --older-than 0m');
  expect(moved).toMatchObject({ exitCode: 1, orphans: [{ name: leaked, state: 'quarantined' }] });
  expect(await names()).toHaveLength(3);
  expect((await orphans()).exitCode).toBe(0);
});

step('an image whose maker was killed is found, and taken away on any node', async () => {
  const script = `VOL_NAME=${half} VOL_SIZE=2048 EXTP_PREALLOCATION=full ${verbs}/create >/dev/null 2>&1 & pid=$!
    until ls /bricks/ganeti/brick/images/.work | grep -q ${half}; do kill -0 $pid; done
    kill -KILL $pid`;
  await look(node('node3.lab'), script);
  expect(await orphans()).toMatchObject({ exitCode: 0, unfinished: [] });
  expect(await orphans('--quarantine --older-than 0m')).toMatchObject({
    exitCode: 1,
    orphans: [],
    unfinished: [{ image: half, node: 'node3.lab', volume: 'ganeti' }],
  });
  await run(`gnt-gluster image remove ${half}`);
  expect(await orphans('--older-than 0m')).toMatchObject({ exitCode: 0, unfinished: [] });
  // The killed verb's lock is left there.
  await run(`gnt-gluster image remove ${half}`, node('node3.lab'));
});

step('a quarantined image comes back on any node', async () => {
  await run(`gnt-gluster image undelete ${leaked}`, node('node2.lab'));
  await run(`env VOL_NAME=${leaked} ${verbs}/open`, node('node3.lab'));
  await run(`gnt-gluster image detach ${leaked}`, node('node3.lab'));
  await run(`gnt-gluster image remove ${leaked}`);
});

step('a disk without its image is found, with its instance', async () => {
  const [image = ''] = await imagesOf('inst2.lab');
  await run(`env VOL_NAME=${image} ${verbs}/detach`, node('node2.lab'));
  await run(`env VOL_NAME=${image} ${verbs}/remove`, node('node2.lab'));
  const { exitCode, missing } = await orphans();
  expect(exitCode).toBe(1);
  expect(missing).toContainEqual(expect.objectContaining({ image, instance: 'inst2.lab' }));
});

step('a node that is not the master says so, and moves nothing', async () => {
  const { stderr } = await refused('gnt-gluster image orphans --quarantine --older-than 0m', node('node2.lab'));
  expect(stderr).toContain('node1.lab');
});

step('what the test made is taken away', async () => {
  await run('gnt-gluster trash purge --all');
  for (const name of own) {
    await run(`env VOL_NAME=${name} ${verbs}/detach`);
    await run(`env VOL_NAME=${name} ${verbs}/remove`);
  }
});

lastStep();
