import { afterAll, expect } from 'vitest';
import { bricksOnline } from '../lab/gluster.ts';
import { look, run } from './support/commands.ts';
import { addInstance, guest, restartedBy, writes } from './support/guests.ts';
import { healed } from './support/heal.ts';
import { lab } from './support/lab.ts';
import { migrate } from './support/migration.ts';
import { killOn } from './support/processes.ts';
import { timed } from './support/progress.ts';
import { lastStep, step } from './support/steps.ts';
import { wayOf } from './support/ways.ts';

const inst1 = guest(1);
const { name } = inst1;

// A brick that is back has to catch up before the next one goes, while the guest writes: docs/failures.md.
afterAll(() => look(lab().master, 'gluster volume reset ganeti cluster.post-op-delay-secs'));

step('QEMU shuts itself up in an empty directory, and is to be the Gluster client', async () => {
  await run('gluster volume set ganeti cluster.post-op-delay-secs 0');
  await run('gnt-gluster kvm enable');
  await run('gnt-cluster modify -D ext:access=userspace -H kvm:use_chroot=true');
  await restartedBy(inst1, () => addInstance(1, { node: 'node1.lab' }));
  expect(await wayOf(name, 'node1.lab')).toBe('file');
  expect(await run('gnt-gluster kvm status')).toMatch(new RegExp(`use_chroot=true.*: ${name}`));
});

for (const server of ['node2', 'node3', 'node1'])
  step(`the guest writes on when the brick of ${server} was restarted`, async () => {
    await killOn(server, 'brick');
    await writes(inst1);
    await run('gluster --mode=script volume start ganeti force');
    await timed('bricks', () => bricksOnline(lab().master, 'ganeti', lab().nodes.length));
    await timed('ganeti heals', () => healed('ganeti'));
    await writes(inst1);
  });

step('it moves to another node', async () => {
  await migrate(inst1, 'node2.lab');
  expect(await wayOf(name, 'node2.lab')).toBe('file');
});

step('without a chroot it is started with libgfapi again', async () => {
  await run('gnt-cluster modify -H kvm:use_chroot=false');
  await run(`gnt-instance shutdown --timeout=0 ${name}`);
  await restartedBy(inst1, () => run(`gnt-instance startup ${name}`));
  expect(await wayOf(name, 'node2.lab')).toBe('libgfapi');
});

lastStep();
