import { describe, expect } from 'vitest';
import { look, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { imagesOf, usageOf } from './support/images.ts';
import { node } from './support/lab.ts';
import { lastStep, step } from './support/steps.ts';

const inst1 = guest(1);
const { name, console } = inst1;
let image = '';

step('an instance runs', async () => {
  await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
  await writes(inst1);
  image = (await imagesOf(name))[0] ?? '';
});

describe('through a block device of the node', () => {
  migrations(/ file=\S*\/instance-disks\/\S+/);
});

step('the instance is shut down, and started with QEMU as the Gluster client', async () => {
  await run(`gnt-instance shutdown ${name}`);
  expect(await usageOf(image)).toEqual({ leases: '', attached: '' });
  await run('gnt-cluster modify -D ext:access=userspace');
  const last = console.lastRecord();
  const started = await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
});

describe('through libgfapi', () => {
  migrations(/ file=gluster:\/\/node\d\.lab:24007\/ganeti\/images\/\S+/);
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

/** There and back, and a reboot, with a disk that QEMU was given in this way. */
function migrations(drive: RegExp): void {
  step('it goes on writing while it moves to another node', () => migrate('node2.lab', drive));
  step('and back', () => migrate('node1.lab', drive));
  step('all records are there after a reboot', async () => {
    const last = console.lastRecord();
    const started = await restartedBy(inst1, () => run(`gnt-instance reboot ${name}`));
    expect(started.records).toBeGreaterThanOrEqual(last);
    await writes(inst1);
  });
}

async function migrate(target: string, drive: RegExp): Promise<void> {
  const boots = (): number => console.lines.filter((line) => line.startsWith('guest started')).length;
  const before = boots();
  await run(`gnt-instance migrate -f -n ${target} ${name}`);
  await writes(inst1);
  expect(boots(), 'the guest was restarted instead of moved').toBe(before);
  expect(await usageOf(image)).toEqual({ leases: `${target} exclusive`, attached: target });
  const [qemu = ''] = await look(
    node(target),
    `tr '\\0' ' ' </proc/$(cat /run/ganeti/kvm-hypervisor/pid/${name})/cmdline`,
  );
  expect(qemu).toMatch(drive);
}
