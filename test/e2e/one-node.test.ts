/**
 * A pool of one copy begins on one node, and is to have three from then on. Two nodes join it one by one while a guest
 * writes, and each gives the volume a copy more.
 */
import { expect } from 'vitest';
import { poolsFile } from '#gluster/configuration/known-pools.ts';
import { addSlot } from '../lab/bricks.ts';
import { bricksOf } from './support/bricks.ts';
import { look, refused, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { deleteVolume } from './support/heal.ts';
import { lab } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const pool = 'grown';
const volume = `gnt-${pool}-001`;
const slot = '/srv/gluster/1';
const inst = guest(1);

step('one node becomes a pool, when that is accepted', async () => {
  for (const each of lab().nodes) await addSlot(each, '1', 3000);
  const configuration = 'default_pool = "default"\n\n[pool.default]\nvolumes = ["ganeti"]\n';
  await lab().master.exec(['tee', '/etc/ganeti/gluster.toml'], { input: configuration });
  await run('gnt-cluster copyfile /etc/ganeti/gluster.toml');
  const init = `gnt-gluster pool init --pool ${pool} node1:${slot}`;
  const { stderr } = await refused(init);
  expect(stderr).toContain('3 copies need slots on 3 nodes, and these are on 1');
  expect(stderr).toContain('with 1 copy the data is gone with its disk');
  expect(await run(`${init} --accept-few-copies --copies 1`)).toMatch(/^pool grown has 1 volume of [\d.]+ GiB now$/m);
  expect(await state()).toBe('single ok 1/1');
  await addInstance(1, { node: 'node2.lab', disk: `pool=${pool}` });
  await writes(inst);
});

step('the pool is to have three copies from now on, and says what it lacks', async () => {
  const convert = `gnt-gluster pool convert --pool ${pool}`;
  expect((await refused(`${convert} --copies 2`)).stderr).toContain('add --accept-few-copies');
  const set = `gluster volume set ${volume} user.ganeti.copies 3`;
  const lacks = /^ {2}volume gnt-grown-001 keeps 1 copy of 3: it needs a slot of [\d.]+ GiB on one node more$/m;
  const shown = await run(`${convert} --dry-run`);
  expect(shown).toContain(`  ${set}\n`);
  expect(shown).toMatch(lacks);
  expect(await run(`gnt-gluster pool plan --pool ${pool}`)).not.toMatch(lacks);
  await run(convert);
  expect(await run(`gnt-gluster pool plan --pool ${pool}`)).toMatch(lacks);
  expect(await run(`${convert} --dry-run`)).not.toContain(set);
  expect((await refused(`${convert} --copies 2 --accept-few-copies`)).stderr).toContain('no volume loses one');
});

step('each node that joins gives the volume a copy more, while the guest writes', async () => {
  const second = await run(`gnt-gluster pool join --pool ${pool} node2:${slot}`);
  expect(second).toMatch(/^ {2}volume gnt-grown-001: one copy more, at \S+:\/srv\/gluster\/1/m);
  expect(await state()).toBe('replica 2 ok 2/2');
  await writes(inst);
  await run(`gnt-gluster pool join --pool ${pool} node3:${slot}`);
  expect(await state()).toBe('replica 3 ok 3/3');
  await writes(inst);
  expect(await run(`gnt-gluster pool verify ${volume}`)).toContain('3 bricks have the same');
  expect(await run(`gnt-gluster pool options check --pool ${pool}`)).toBe('every option is as images need it\n');
  expect(await option('cluster.read-subvolume-index')).toMatch(/^-1/);
});

step('the guest wrote all the time, and starts from the second copy alone', async () => {
  await run('gnt-instance shutdown inst1.lab');
  const [first = '', , third = ''] = await bricksOf(lab().master, volume);
  await run(`gluster --mode=script volume remove-brick ${volume} replica 2 ${first} force`);
  await run(`gluster --mode=script volume remove-brick ${volume} replica 1 ${third} force`);
  expect((await restartedBy(inst, () => run('gnt-instance startup inst1.lab'))).records).toBeGreaterThan(0);
  await writes(inst);
  await run('gnt-instance remove -f --shutdown-timeout=0 inst1.lab');
});

step('the pool is taken away', async () => {
  for (const each of lab().nodes) await run(`gnt-gluster mount release ${volume}`, each);
  await deleteVolume(volume);
  const remains = `rm -rf ${poolsFile} ${slot}/* ${slot}/.ganeti-gluster-slot /run/ganeti-gluster/lock/*@${pool} /run/ganeti-gluster/lock/*@${volume}`;
  for (const each of lab().nodes) await look(each, remains);
});

lastStep();

async function state(): Promise<string> {
  const said = await run(`gnt-gluster pool status --pool ${pool} --no-headers -o type,state,online`);
  return said.trim().replace(/ {2,}/g, ' ');
}

/** What holds of an option of the volume. */
async function option(name: string): Promise<string> {
  const lines = await look(lab().master, `gluster volume get ${volume} ${name}`);
  return lines.at(-1)?.split(/\s+/)[1] ?? '';
}
