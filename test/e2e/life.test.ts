import { expect } from 'vitest';
import { suites } from '../lab/suites.ts';
import { run } from './support/commands.ts';
import { addInstance, guest, restartedBy, seesDisk, writes } from './support/guests.ts';
import { images, imagesOf, stored, usageOf } from './support/images.ts';
import { lab } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const inst1 = guest(1);
const { name, console } = inst1;
const { ganeti, guestSeesGrowth } = suites[lab().suite];

step('a new instance boots from what the OS scripts wrote to its disk', async () => {
  const started = await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
  expect(started).toMatchObject({ marker: `disk 0 of ${name}`, records: 8 });
  await writes(inst1);
});

step('its image says whose it is and who has it open', async () => {
  const [image] = await images();
  expect(image).toMatchObject({ pool: 'default', volume: 'ganeti', size: 1024 ** 3, info: `originstname+${name}` });
  expect(await usageOf(image?.name ?? '')).toEqual({ leases: 'node1.lab exclusive', attached: 'node1.lab' });
  expect(await stored()).toEqual([`ganeti/images/${image?.name}`]);
});

step('all records are there after a reboot', async () => {
  const last = console.lastRecord();
  const started = await restartedBy(inst1, () => run(`gnt-instance reboot ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
});

step(
  `a disk grows under a guest that writes; ${ganeti} ${guestSeesGrowth ? 'tells' : 'does not tell'} it`,
  async () => {
    const { index } = await console.waitFor(/^records ok up to/, { after: console.mark() });
    await run(`gnt-instance grow-disk ${name} 0 512M`);
    await writes(inst1);
    expect(await images()).toMatchObject([{ size: 1536 * 1024 ** 2 }]);
    if (guestSeesGrowth) await seesDisk(inst1, 'vda', 1536, index);
    else expect(console.lines.slice(index).filter((line) => line.startsWith('disk vda'))).toEqual([]);
  },
);

step('after a restart the guest has all of it', async () => {
  const last = console.lastRecord();
  const started = await restartedBy(inst1, () => run(`gnt-instance reboot --type=full ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await seesDisk(inst1, 'vda', 1536, started.index);
  await writes(inst1);
});

step('a disk is added, and the guest has it after a restart', async () => {
  await run(`gnt-instance modify --disk add:size=1G,provider=gluster,name=logs ${name}`);
  expect(await imagesOf(name)).toHaveLength(2);
  const { index } = await restartedBy(inst1, () => run(`gnt-instance reboot --type=full ${name}`));
  await seesDisk(inst1, 'vdb', 1024, index);
  await writes(inst1);
});

step('a disk is removed from the stopped instance, with its image', async () => {
  const [kept = '', removed = ''] = await imagesOf(name);
  await run(`gnt-instance shutdown ${name}`);
  await run(`gnt-instance modify --disk 1:remove ${name}`);
  expect((await images()).map((image) => image.name)).toEqual([kept]);
  expect(await usageOf(removed)).toEqual({ leases: 'no such image', attached: '' });

  const last = console.lastRecord();
  const started = await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
  expect(console.lines.slice(started.index).filter((line) => line.startsWith('disk vdb'))).toEqual([]);
});

lastStep();
