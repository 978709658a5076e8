/** The main job, in short, on the Debian release that the other end to end tests do not run on. */
import { expect } from 'vitest';
import { run } from '../e2e/support/commands.ts';
import { addInstance, guest, restartedBy, seesDisk, writes } from '../e2e/support/guests.ts';
import { images, stored } from '../e2e/support/images.ts';
import { lab } from '../e2e/support/lab.ts';
import { migrate } from '../e2e/support/migration.ts';
import { lastStep, step } from '../e2e/support/steps.ts';
import { suites } from '../lab/suites.ts';

const inst1 = guest(1);
const { name, console } = inst1;
const { debian, ganeti, guestSeesGrowth } = suites[lab().suite];

step(`${debian}, ${ganeti}: the provider is valid, and an instance boots from what the OS scripts wrote`, async () => {
  expect(await run('gnt-storage diagnose')).toMatch(/For nodegroup: default --> valid/);
  const started = await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
  expect(started).toMatchObject({ marker: `disk 0 of ${name}`, records: 8 });
  await writes(inst1);
});

step(`its disk grows${guestSeesGrowth ? ', and the guest has all of it' : ''}`, async () => {
  const { index } = await console.waitFor(/^records ok up to/, { after: console.mark() });
  await run(`gnt-instance grow-disk ${name} 0 512M`);
  expect(await images()).toMatchObject([{ size: 1536 * 1024 ** 2 }]);
  if (guestSeesGrowth) await seesDisk(inst1, 'vda', 1536, index);
});

step('it goes on writing while it moves to another node', () => migrate(inst1, 'node2.lab'));

step('it is removed with its image', async () => {
  await run(`gnt-instance remove -f --shutdown-timeout=0 ${name}`);
  expect(await stored()).toEqual([]);
});

lastStep();
