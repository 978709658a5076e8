import { createServer, type Server as NetServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { builtinPool } from '../../../../providers/gluster/pool.ts';
import { answeringServer, imageUri, serversOf } from '../../../../providers/gluster/servers.ts';

async function listening(): Promise<{ readonly host: string; readonly port: number; readonly server: NetServer }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return { host: '127.0.0.1', port: address.port, server };
}

async function refusing(): Promise<{ readonly host: string; readonly port: number }> {
  const { host, port, server } = await listening();
  await new Promise((resolve) => server.close(resolve));
  return { host, port };
}

test('the first of the list that answers is taken, not the quickest', async () => {
  const [one, two] = [await listening(), await listening()];
  expect(await answeringServer([one, two])).toBe(one);
  expect(await answeringServer([two, one])).toBe(two);
});

test('one that refuses, or whose name is unknown, is passed over within its second', async () => {
  const [dead, alive] = [await refusing(), await listening()];
  const started = Date.now();
  expect(await answeringServer([dead, { host: 'no-such-host.invalid', port: 24007 }, alive])).toBe(alive);
  expect(Date.now() - started).toBeLessThan(2000);
});

test('many that do not answer cost a second together', async () => {
  // TEST-NET-1: packets get lost, or are refused at once where there is no route.
  const silent = Array.from({ length: 9 }, (_, index) => ({ host: `192.0.2.${index + 1}`, port: 24007 }));
  const started = Date.now();
  expect(await answeringServer(silent)).toBeUndefined();
  expect(Date.now() - started).toBeLessThan(2000);
});

test('of no servers none answers', async () => {
  expect(await answeringServer([])).toBeUndefined();
});

test('the configured servers are those of every volume', async () => {
  const servers = [{ host: 'a', port: 1 }];
  expect(await serversOf({ ...builtinPool, servers }, 'any')).toEqual(servers);
});

test('the address of an image', () => {
  expect(imageUri({ host: 'node1.lab', port: 24007 }, 'ganeti', 'images/x/disk')).toBe(
    'gluster://node1.lab:24007/ganeti/images/x/disk',
  );
});
