import { describe, expect } from 'vitest';
import { bricksOnline } from '../lab/gluster.ts';
import { look, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { healed } from './support/heal.ts';
import { changeDisks } from './support/hotplug.ts';
import { imagesOf, usageOf } from './support/images.ts';
import { lab, node } from './support/lab.ts';
import { migrate } from './support/migration.ts';
import { timed } from './support/progress.ts';
import { lastStep, step } from './support/steps.ts';

const inst1 = guest(1);
const { name, console } = inst1;
const servers = ['node1.lab', 'node2.lab', 'node3.lab'];
const wrapper = '/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm';

step('gnt-gluster has the cluster start guests through its wrapper', async () => {
  const [before = ''] = await look(lab().master, kvmPath);
  expect(await run('gnt-gluster kvm enable --dry-run')).toContain(`kvm:kvm_path=${wrapper}`);
  expect(await look(lab().master, kvmPath)).toEqual([before]);
  await run('gnt-gluster kvm enable');
  expect(await look(lab().master, kvmPath)).toEqual([wrapper]);
  for (const one of lab().nodes) expect(await look(one, 'cat /etc/ganeti/gluster-kvm-path')).toEqual([before]);
  await run('gnt-cluster modify -D ext:access=userspace');
});

step('an instance runs, with QEMU as the Gluster client', async () => {
  await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
  await writes(inst1);
  await expectAllServers('node1.lab');
  const status = (await look(lab().master, 'gnt-gluster kvm status --json')).join('');
  expect(JSON.parse(status)).toMatchObject({ enabled: true, instances: [{ instance: name, path: wrapper }] });
});

describe('as long as all servers run', () => {
  step('it goes on writing while it moves to another node', () => moves('node2.lab'));
  step('and back', () => moves('node1.lab'));
  step('a disk is added to the running guest, and taken away again', async () => {
    await changeDisks('add:size=1G,provider=gluster', name);
    await writes(inst1);
    await changeDisks('remove', name);
    await writes(inst1);
    expect(await imagesOf(name)).toHaveLength(1);
  });
  step('all records are there after a reboot', reboot);
});

describe('while the server that its address names does not run', () => {
  step('the glusterd of node1 ends', async () => {
    await look(
      node('node1.lab'),
      'pid=$(pgrep -x glusterd); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.1; done',
    );
  });
  step('the guest is rebooted', reboot);
  step('it moves to another node', () => moves('node2.lab'));
  step('the glusterd of node1 runs again', async () => {
    await look(node('node1.lab'), 'glusterd');
    // Who mounted the volume meanwhile could not reach the brick of node1.
    await timed('bricks', () => bricksOnline(lab().master, 'ganeti', lab().nodes.length));
    await timed('ganeti heals', () => healed('ganeti'));
  });
});

step('gnt-gluster has guests started as before', async () => {
  const last = console.lastRecord();
  // Asked before: Ganeti attaches a disk to tell of it.
  const [image = ''] = await imagesOf(name);
  await run(`gnt-instance shutdown ${name}`);
  expect(await usageOf(image)).toEqual({ leases: '', attached: '' });
  await run('gnt-gluster kvm disable');
  expect(await look(lab().master, kvmPath)).not.toEqual([wrapper]);
  await run('gnt-cluster modify -D ext:access=kernelspace');
  const started = await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
});

lastStep();

const kvmPath = "gnt-cluster info | sed -n 's/^ *kvm_path: //p' | head -n 1";

async function moves(target: string): Promise<void> {
  await migrate(inst1, target);
  await expectAllServers(target);
}

async function reboot(): Promise<void> {
  const last = console.lastRecord();
  const started = await restartedBy(inst1, () => run(`gnt-instance reboot ${name}`));
  expect(started.records).toBeGreaterThanOrEqual(last);
  await writes(inst1);
}

/** QEMU itself runs, not something that waits for it, and knows all servers. */
async function expectAllServers(fqdn: string): Promise<void> {
  const script = `pid=$(cat /run/ganeti/kvm-hypervisor/pid/${name}); readlink /proc/$pid/exe; tr '\\0' '\\n' </proc/$pid/cmdline`;
  const [program = '', ...args] = await look(node(fqdn), script);
  expect(program).toMatch(/qemu-system/);
  const disk = args.filter((argument) => argument.includes('file.driver=gluster'));
  expect(disk).toHaveLength(1);
  for (const server of servers) expect(disk[0]).toContain(`host=${server},`);
}
