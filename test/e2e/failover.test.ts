import { expect } from 'vitest';
import { verifyCluster } from '../lab/ganeti.ts';
import { bricksOnline } from '../lab/gluster.ts';
import { look, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { healed } from './support/heal.ts';
import { imagesOf, usageOf } from './support/images.ts';
import { lab, node, secondVolume } from './support/lab.ts';
import { timed } from './support/progress.ts';
import { readd } from './support/reset.ts';
import { lastStep, step } from './support/steps.ts';

const inst1 = guest(1);
const { name, console } = inst1;
const dead = 'node3.lab';
const survivor = 'node2.lab';
let image = '';

step('an instance runs on a node that is not the master', async () => {
  await restartedBy(inst1, () => addInstance(1, { node: dead }));
  await writes(inst1, 100);
  image = (await imagesOf(name))[0] ?? '';
});

step('its node loses power, and it starts on another one with every record it acknowledged', async () => {
  await timed(`${dead} loses power`, () => node(dead).kill());
  const last = console.lastRecord();
  await run(`gnt-node modify --offline=yes ${dead}`);
  const started = await restartedBy(inst1, () => run(`gnt-instance failover -f -n ${survivor} ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
  // The dead node could not give it back.
  expect((await usageOf(image)).leases).toBe(`${survivor} exclusive`);
  const said = await look(node(survivor), 'grep -rhs "is broken" /var/log/ganeti/extstorage || true');
  expect(said.join('\n')).toContain(`image ${image}: the lease of ${dead} (exclusive, since`);
});

step('the dead node comes back, and does not touch the disk', async () => {
  await timed(`${dead} boots`, () => node(dead).boot());
  await timed('bricks', () => bricksOnline(lab().master, 'ganeti', lab().nodes.length));
  await readd(dead);
  expect(await usageOf(image)).toEqual({ leases: `${survivor} exclusive`, attached: survivor });
  await writes(inst1);
});

step('Gluster heals, and the cluster is as before', async () => {
  for (const volume of ['ganeti', secondVolume]) await timed(`${volume} heals`, () => healed(volume));
  await timed('gnt-cluster verify', () => verifyCluster(lab().master));
  await writes(inst1);
});

lastStep();
