import { expect } from 'vitest';
import { nodeGroupsFile } from '#gluster/ganeti/node-groups.ts';
import { look, refused, run } from './support/commands.ts';
import { addInstance, guest, instanceOptions, restartedBy, writes } from './support/guests.ts';
import { images, imagesOf, stored } from './support/images.ts';
import { lab, node, secondVolume } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const [first, second] = [guest(1), guest(2)];

const configuration = `default_pool = "default"

[pool.default]
volumes = ["ganeti"]

[pool.archive]
servers = ["node3.lab", "node1.lab", "node2.lab"]
volumes = ["${secondVolume}", "ganeti"]
directory = "archive/vm"
`;

/** The verb, as Ganeti calls it. */
const create =
  'env VOL_NAME=grouped VOL_SIZE=64 VOL_UUID=grouped EXTP_POOL=archive /usr/share/ganeti/extstorage/gluster/create';

step('a configuration with a second pool goes to every node', async () => {
  await configure(configuration);
  for (const node of lab().nodes) await run('gnt-gluster config check', node);
});

step('the volumes of both pools have all their copies, and are those of their servers', async () => {
  const shown: readonly Record<string, unknown>[] = JSON.parse(await run('gnt-gluster pool status --json'));
  expect(shown.map(({ pool, volume, type, state }) => [pool, volume, type, state])).toEqual([
    ['default', 'ganeti', 'replica 3', 'ok'],
    ['archive', secondVolume, 'replica 3', 'ok'],
    ['archive', 'ganeti', 'replica 3', 'ok'],
  ]);
  expect(shown[0]?.id).toBe(shown[2]?.id);
});

step('an option that drifted is told, and set again', async () => {
  await run('gnt-gluster pool options');
  await run('gluster volume set ganeti performance.read-ahead on');
  const { stdout } = await refused('gnt-gluster pool options check');
  expect(stdout).toMatch(/^ganeti +performance\.read-ahead +on +off +must /m);
  const command = 'gluster volume set ganeti performance.read-ahead off\n';
  expect(await run('gnt-gluster pool options apply --dry-run')).toBe(`would run: ${command}`);
  await refused('gnt-gluster pool options');
  expect(await run('gnt-gluster pool options apply')).toBe(command);
  expect(await run('gnt-gluster pool options')).toBe('every option is as images need it\n');
});

step('two instances start at the same time, on different nodes and volumes', async () => {
  await addInstance(1, { node: 'node1.lab', stopped: true });
  await addInstance(2, { node: 'node2.lab', stopped: true, disk: `pool=archive,volume=${secondVolume}` });
  const starting = [first, second].map((guest) => restartedBy(guest, () => run(`gnt-instance startup ${guest.name}`)));
  for (const started of await Promise.all(starting)) expect(started.records).toBe(8);
  await Promise.all([writes(first), writes(second)]);
});

step('each image is where its parameters say', async () => {
  const [[one = ''], [two = '']] = await Promise.all([imagesOf(first.name), imagesOf(second.name)]);
  expect(await stored()).toEqual([`ganeti/images/${one}`, `${secondVolume}/archive/vm/${two}`]);
  expect(await images()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: one, pool: 'default', volume: 'ganeti' }),
      expect.objectContaining({ name: two, pool: 'archive', volume: secondVolume }),
    ]),
  );
});

step(
  'an unknown parameter is refused with a sentence that the administrator sees, and nothing is left of it',
  async () => {
    const before = await stored();
    const wrong = instanceOptions(3, { node: 'node3.lab', disk: 'volumme=second' });
    const { stdout, stderr } = await refused(`gnt-instance add ${wrong} inst3.lab`);
    expect(stdout + stderr).toMatch(/unknown parameter "volumme"; did you mean volume\?/);
    expect(await run('gnt-instance list --no-headers -o name')).not.toContain('inst3.lab');
    expect(await stored()).toEqual(before);
  },
);

step('a pool for the nodes of one group has no new images elsewhere, nor where the group is not known', async () => {
  await run('gnt-group add other');
  await run('gnt-group assign-nodes other node3.lab');
  await configure(`${configuration}node_groups = ["default"]\n`);
  await forgetGroups();
  const before = await stored();
  const unknown = 'pool archive is for nodes of group "default", and the group of node1.lab is not known here';
  expect((await refused('gnt-gluster config check')).stderr).toContain(unknown);
  expect((await refused(create)).stderr).toContain(unknown);
  expect(await run('gnt-gluster pool reconcile')).toBe('nothing was begun\n');
  for (const each of ['node1.lab', 'node2.lab']) await run('gnt-gluster config check', node(each));
  expect(await run('gnt-gluster config check', node('node3.lab'))).toMatch(
    /^archive +ganeti .* for other node groups$/m,
  );
  const elsewhere = instanceOptions(3, { node: 'node3.lab', stopped: true, disk: 'pool=archive' });
  const { stdout, stderr } = await refused(`gnt-instance add ${elsewhere} inst3.lab`);
  expect(stdout + stderr).toContain('pool archive is for nodes of group "default", and node3.lab is in group "other"');
  expect(await stored()).toEqual(before);
  await run(create);
  expect(await stored()).toHaveLength(before.length + 1);
  await run('gnt-gluster image remove --force grouped');
});

step('the instance of the second pool moves like any other, also to a node of another group', async () => {
  await run(`gnt-instance migrate -f -n node3.lab ${second.name}`);
  await writes(second);
});

step('a group that was renamed is told at once, and one that got a node back by the hook for it', async () => {
  await run('gnt-group rename default rack1');
  expect((await refused('gnt-gluster config check')).stderr).toContain('unknown node group "default"; did you mean ');
  expect((await refused(create, node('node2.lab'))).stderr).toMatch(
    /node2\.lab is in group "rack1"\n.*there is no node group "default"\n/,
  );
  await run('gnt-group rename rack1 default');
  await run('gnt-group assign-nodes default node3.lab');
  await run('gnt-group remove other');
  await run('gnt-node modify --vm-capable=yes node2.lab');
  expect(await run('gnt-gluster config check', node('node3.lab'))).not.toContain('for other node groups');
  await configure(configuration);
  await forgetGroups();
});

lastStep();

/** Gives every node a configuration. */
async function configure(text: string): Promise<void> {
  await lab().master.exec(['tee', '/etc/ganeti/gluster.toml'], { input: text });
  await run('gnt-cluster copyfile /etc/ganeti/gluster.toml');
}

/** Takes from every node what it was told of groups, by these steps or by others before them. */
async function forgetGroups(): Promise<void> {
  for (const each of lab().nodes) await look(each, `rm -f ${nodeGroupsFile}`);
}
