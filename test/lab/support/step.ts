/**
 * A step for interrupted.test.ts: a lab that is up, a device on its volume, a stranger, and a lab that is on its way.
 */
import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { labOfCheckout } from '../checkout.ts';
import { up } from '../lab.ts';

const [step = '', tell = ''] = process.argv.slice(2);
const { master } = await up({ name: labOfCheckout(`${step}-ready`), nodes: 1, ganeti: false });
const mount = 'mkdir -p /mnt/g; until mount -t glusterfs node1.lab:/ganeti /mnt/g; do sleep 0.2; done';
await master.exec(['sh', '-c', `${mount}; truncate -s 1M /mnt/g/interrupted`], { timeLimit: 60_000 });
const device = (await master.exec(['losetup', '--find', '--show', '/mnt/g/interrupted'])).stdout.trim();
const stranger = spawn('/usr/bin/sleep', ['3600'], { env: {}, detached: true, stdio: 'ignore' }).pid;
const begun = up({ name: labOfCheckout(`${step}-begun`), nodes: 1, ganeti: false, progress: tellOnce });
await begun;
setInterval(() => undefined, 1000);

function tellOnce(): void {
  writeFileSync(`${tell}.new`, JSON.stringify({ device, stranger }));
  renameSync(`${tell}.new`, tell);
}
