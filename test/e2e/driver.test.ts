import { afterAll, describe, expect } from 'vitest';
import { suites } from '../lab/suites.ts';
import { refused, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { changeDisks } from './support/hotplug.ts';
import { imagesOf, usageOf } from './support/images.ts';
import { lab, node } from './support/lab.ts';
import { migrate } from './support/migration.ts';
import { lastStep, step } from './support/steps.ts';
import { bringDriver, diskArguments, hideDriver } from './support/ways.ts';

const inst1 = guest(1);
const { name, console } = inst1;
const { startsInUserspace } = suites[lab().suite];

/** How QEMU gets at a disk. */
const driver = /file\.driver=gluster,/;
const file =
  /file\.driver=file,file\.filename=\/run\/ganeti-gluster\/mnt\/default\/ganeti\/images\/[^,]*\/disk,file\.locking=off/;
const plainFile = /file=\/run\/ganeti-gluster\/mnt\/default\/ganeti\/images\/[^,]*\/disk,/;

afterAll(() => bringDriver(node('node2.lab')));

step('QEMU of one node has no gluster driver, and guests start through gnt-gluster-kvm', async () => {
  await hideDriver(node('node2.lab'));
  await run('gnt-gluster kvm enable');
  await run('gnt-cluster modify -D ext:access=userspace');
});

describe('with the wrapper', () => {
  step('a guest starts where QEMU has the driver', async () => {
    await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
    await expectDisk('node1.lab', driver);
  });
  step('and goes on with the file on the mount where it has not', async () => {
    await migrate(inst1, 'node2.lab');
    await expectDisk('node2.lab', file);
  });
  step('it is rebooted there', async () => {
    const last = console.lastRecord();
    const { records } = await restartedBy(inst1, () => run(`gnt-instance reboot ${name}`));
    expect(records).toBeGreaterThanOrEqual(last);
    await writes(inst1);
    await expectDisk('node2.lab', startsInUserspace ? plainFile : file);
  });
  step('and moves back', async () => {
    await migrate(inst1, 'node1.lab');
    // An address that Ganeti 3.0 passes on as it is stays with the guest until its next start.
    await expectDisk('node1.lab', startsInUserspace ? plainFile : driver);
  });
});

step('the cluster starts guests without the wrapper again', async () => {
  await migrate(inst1, 'node2.lab');
  await shutdown();
  await run('gnt-gluster kvm disable');
  if (!startsInUserspace) await run('gnt-cluster modify -D ext:access=kernelspace');
});

describe.runIf(startsInUserspace)('without the wrapper', () => {
  step('a guest gets the file where QEMU has no driver, and keeps it when it moves', async () => {
    await starts();
    await expectDisk('node2.lab', plainFile);
    await changeDisks('add:size=1G,provider=gluster', name);
    await writes(inst1);
    await changeDisks('remove', name);
    await migrate(inst1, 'node1.lab');
    await expectDisk('node1.lab', plainFile);
  });
  step('one that started with the driver is not moved to where there is none, and goes on', async () => {
    await shutdown();
    await starts();
    await expectDisk('node1.lab', /file=gluster:\/\//);
    await refused(`gnt-instance migrate -f -n node2.lab ${name}`);
    await writes(inst1);
    const [image = ''] = await imagesOf(name);
    expect(await usageOf(image)).toMatchObject({ leases: 'node1.lab exclusive' });
  });
  step('it can be rebooted', async () => {
    await restartedBy(inst1, () => run(`gnt-instance reboot ${name}`));
    await shutdown();
    await run('gnt-cluster modify -D ext:access=kernelspace');
  });
});

lastStep();

async function starts(): Promise<void> {
  const last = console.lastRecord();
  const { records } = await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
  expect(records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
}

async function shutdown(): Promise<void> {
  // Asked before: Ganeti attaches a disk to tell of it.
  const [image = ''] = await imagesOf(name);
  await run(`gnt-instance shutdown ${name}`);
  expect(await usageOf(image)).toEqual({ leases: '', attached: '' });
}

async function expectDisk(fqdn: string, way: RegExp): Promise<void> {
  expect(await diskArguments(name, fqdn)).toEqual([expect.stringMatching(way)]);
}
