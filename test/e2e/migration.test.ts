import { describe, expect } from 'vitest';
import { suites } from '../lab/suites.ts';
import { look, refused, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { imagesOf, usageOf } from './support/images.ts';
import { lab, node } from './support/lab.ts';
import { migrate } from './support/migration.ts';
import { lastStep, step } from './support/steps.ts';

const inst1 = guest(1);
const { name, console } = inst1;
const { startsInUserspace, ganeti } = suites[lab().suite];
let image = '';

step('an instance runs', async () => {
  await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
  await writes(inst1);
  image = (await imagesOf(name))[0] ?? '';
});

describe('through a block device of the node', () => {
  // The name of the option is that of -drive with Ganeti 3.0, of -blockdev with 3.1.
  migrations(/[ .]file(?:name)?=\S*\/instance-disks\/\S+/);
});

step('the instance is shut down', async () => {
  await run(`gnt-instance shutdown ${name}`);
  expect(await usageOf(image)).toEqual({ leases: '', attached: '' });
  await run('gnt-cluster modify -D ext:access=userspace');
});

if (startsInUserspace) throughLibgfapi();
else
  step(`${ganeti} does not start it with QEMU as the Gluster client, as README.md says`, async () => {
    const { stdout, stderr } = await refused(`gnt-instance startup ${name}`);
    expect(stdout + stderr).toMatch(/file\.server=.*Invalid parameter/s);
  });

step('and back to the block device', async () => {
  await run(`gnt-instance shutdown ${name}`);
  await run('gnt-cluster modify -D ext:access=kernelspace');
  const last = console.lastRecord();
  const started = await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
});

lastStep();

function throughLibgfapi(): void {
  step('it is started with QEMU as the Gluster client', async () => {
    const last = console.lastRecord();
    const started = await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
    expect(started.records).toBeGreaterThanOrEqual(last);
    await writes(inst1);
  });
  describe('through libgfapi', () => {
    migrations(/ file=gluster:\/\/node\d\.lab:24007\/ganeti\/images\/\S+/);
  });
}

/** There and back, and a reboot, with a disk that QEMU was given in this way. */
function migrations(drive: RegExp): void {
  step('it goes on writing while it moves to another node', () => migrateAndLook('node2.lab', drive));
  step('and back', () => migrateAndLook('node1.lab', drive));
  step('all records are there after a reboot', async () => {
    const last = console.lastRecord();
    const started = await restartedBy(inst1, () => run(`gnt-instance reboot ${name}`));
    expect(started.records).toBeGreaterThanOrEqual(last);
    await writes(inst1);
  });
}

async function migrateAndLook(target: string, drive: RegExp): Promise<void> {
  await migrate(inst1, target);
  const [qemu = ''] = await look(
    node(target),
    `tr '\\0' ' ' </proc/$(cat /run/ganeti/kvm-hypervisor/pid/${name})/cmdline`,
  );
  expect(qemu).toMatch(drive);
}
