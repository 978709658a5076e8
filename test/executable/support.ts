import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { execa } from 'execa';
import type { ImageRecord } from '#gluster/node/records.ts';

export const root = path.resolve(import.meta.dirname, '../..');

/** What `npm run build` made. */
export const built = path.join(root, 'build/out/ganeti-extstorage-gluster');

export const imageName = 'executable-test.ext.disk0';

/** How a program ended and what it said. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A server that accepts connections, as the glusterd of a volume does. */
export async function startServer(): Promise<{ readonly port: number; readonly stop: () => void }> {
  const server: Server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, stop: () => server.close() };
}

/** What attach prints for the image that is attached in attachedHere. */
export const expectedReply = (port: number): RegExp =>
  new RegExp(`^/dev/loop[0-9]+\nkvm:gluster://127\\.0\\.0\\.1:${port}/ganeti/images/${imageName}/disk$`);

/**
 * Runs a script where an image is attached: in a mount namespace of its own, with an own /run that has a file on a loop
 * device and the record of it. No Gluster is needed for that. `/scratch` is an empty directory in memory.
 */
export async function attachedHere(port: number, script: string, ...args: readonly string[]): Promise<Outcome> {
  const record: ImageRecord = {
    pool: 'default',
    volume: 'ganeti',
    path: `images/${imageName}/disk`,
    servers: [{ host: '127.0.0.1', port }],
    device: 'DEVICE',
    lease: 'exclusive',
  };
  const argv = ['--mount', '--', 'bash', '--norc', '-euc', `${attachImage}\n${script}`, 'bash', ...args];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', RECORD: JSON.stringify(record), IMAGE: imageName };
  const { exitCode, stdout, stderr } = await execa('/usr/bin/unshare', argv, {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  return { exitCode, stdout, stderr };
}

const attachImage = `
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /mnt
directory=/run/ganeti-gluster/mnt/default/ganeti/images/$IMAGE
mkdir -p "$directory" /run/ganeti-gluster/images
truncate -s 1M "$directory/disk"
device=$(losetup --find --show "$directory/disk")
# It goes away with the last process that has it open.
exec 9<"$device"
losetup --detach "$device"
echo "\${RECORD/DEVICE/$device}" >"/run/ganeti-gluster/images/$IMAGE"
`;
