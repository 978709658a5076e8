import { expect } from 'vitest';
import { instance } from '../lab/layout.ts';
import { suites } from '../lab/suites.ts';
import { look, refused, run } from './support/commands.ts';
import { addInstance, guest, machineOptions, restartedBy, writes } from './support/guests.ts';
import { images, imagesOf } from './support/images.ts';
import { lab } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const original = guest(1);
const copy = guest(2);
const { exports, ganeti, renameOptions } = suites[lab().suite];
let exported = 0;

step('an instance with records runs', async () => {
  await restartedBy(original, () => addInstance(1, { node: 'node1.lab' }));
  await writes(original);
});

if (exports) exportIt();
else
  step(`${ganeti} cannot export it to another node, as README.md says; it is started again`, async () => {
    const last = original.console.lastRecord();
    const started = await restartedBy(original, async () => {
      const { stdout, stderr } = await refused(`gnt-backup export -n node2.lab ${original.name}`);
      expect(stdout + stderr).toMatch(/certificate is valid but its commonName does not match/);
    });
    expect(started.records).toBeGreaterThanOrEqual(last);
  });

step('no snapshot is left', async () => {
  expect((await images()).map((image) => image.name)).toEqual(await imagesOf(original.name));
  await writes(original);
});

if (exports) importIt();

step('an instance is renamed, and its image says so', async () => {
  const { name } = instance(3);
  const renamed = exports ? copy : original;
  await run(`gnt-instance shutdown ${renamed.name}`);
  await run(`gnt-instance rename${renameOptions} ${renamed.name} ${name}`);
  const [image] = await imagesOf(name);
  expect(await images()).toContainEqual(expect.objectContaining({ name: image, info: `originstname+${name}` }));
});

step('a new instance on another node begins with a clone of its disk', async () => {
  const { name } = instance(3);
  const clone = guest(4);
  const [image] = await imagesOf(name);
  const disk = `-t ext --disk 0:size=1G,provider=gluster,clone=${image}`;
  const options = `${disk} -o dummy+default --no-install -n node2.lab ${machineOptions(4)}`;
  await run(`gnt-instance add ${options} ${clone.name}`);
  const started = await restartedBy(clone, () => run(`gnt-instance startup ${clone.name}`));
  expect(started.marker).toBe(`disk 0 of ${name}`);
  expect(started.records).toBeGreaterThanOrEqual((exports ? copy : original).console.lastRecord());
  await writes(clone);
});

lastStep();

function exportIt(): void {
  step('it is exported to another node: shut down for the copy, and started again', async () => {
    const last = original.console.lastRecord();
    const started = await restartedBy(original, () => run(`gnt-backup export -n node2.lab ${original.name}`));
    expect(started.records).toBeGreaterThanOrEqual(last);
    exported = started.records;
    expect(await run('gnt-backup list')).toMatch(new RegExp(`node2\\.lab +${original.name}`));
  });
}

function importIt(): void {
  step('it is imported as another instance on another node, with the same records', async () => {
    const from = `--src-node=node2.lab --src-dir=${original.name}`;
    const disk = '-t ext --disk 0:size=1G,provider=gluster';
    await run(`gnt-backup import ${from} ${disk} -n node3.lab ${machineOptions(2)} ${copy.name}`);
    const started = await restartedBy(copy, () => run(`gnt-instance startup ${copy.name}`));
    // The OS definition's rename script ran, too.
    expect(started).toMatchObject({ marker: `disk 0 of ${copy.name}`, records: exported });
    await Promise.all([writes(original), writes(copy)]);
  });

  step('the export is removed', async () => {
    await run(`gnt-backup remove ${original.name}`);
    expect(await look(lab().master, 'gnt-backup list --no-headers')).not.toContain(original.name);
  });
}
