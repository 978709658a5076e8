import { lookup } from 'node:dns/promises';
import { createServer, type Server as NetServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { answeringServer, askAll, imageUri, serversOf } from '#gluster/glusterd/servers.ts';

interface Listening {
  readonly host: string;
  readonly port: number;
  readonly server: NetServer;
}

async function listening(host = '127.0.0.1'): Promise<Listening> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return { host, port: address.port, server };
}

async function refusing(): Promise<{ readonly host: string; readonly port: number }> {
  const { host, port, server } = await listening();
  await new Promise((resolve) => server.close(resolve));
  return { host, port };
}

test('the first of the list that answers is taken, not the quickest', async () => {
  const [one, two] = [await listening(), await listening()];
  expect((await answeringServer([one, two]))?.server).toBe(one);
  expect((await answeringServer([two, one]))?.server).toBe(two);
});

test('one that refuses, or whose name is unknown, is passed over within its second', async () => {
  const [dead, alive] = [await refusing(), await listening()];
  const started = Date.now();
  const asked = await answeringServer([dead, { host: 'no-such-host.invalid', port: 24007 }, alive]);
  expect(asked?.server).toBe(alive);
  expect(Date.now() - started).toBeLessThan(2000);
});

test('many that do not answer cost a second together', async () => {
  // TEST-NET-1: packets get lost, or are refused at once where there is no route.
  const silent = Array.from({ length: 9 }, (_, index) => ({ host: `192.0.2.${index + 1}`, port: 24007 }));
  const started = Date.now();
  expect(await answeringServer(silent)).toBeUndefined();
  expect(Date.now() - started).toBeLessThan(2000);
});

test('what a server told is believed for some seconds, and then it is asked again', async () => {
  const one = await listening();
  expect((await answeringServer([one]))?.server).toBe(one);
  await new Promise((resolve) => one.server.close(resolve));
  expect((await answeringServer([one]))?.server).toBe(one);
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 15_000);
  onTestFinished(() => clock.mockRestore());
  expect(await answeringServer([one])).toBeUndefined();
});

test('of no servers none answers', async () => {
  expect(await answeringServer([])).toBeUndefined();
});

test('of each server it is known whether only IPv6 leads to it', async () => {
  const [four, six] = [await listening(), await listening('::1')];
  // /etc/hosts gives localhost an address of IPv4, and most often one of IPv6, too.
  const both = { host: 'localhost', port: four.port };
  const onlyHere = { host: 'localhost', port: six.port };
  const dead = { host: 'fd00::dead', port: 1 };
  const asked = await askAll([dead, six, four, both]);
  expect(asked).toEqual([
    { server: six, answers: true, ipv6: '::1' },
    { server: four, answers: true, ipv6: undefined },
    { server: both, answers: true, ipv6: undefined },
    { server: dead, answers: false, ipv6: 'fd00::dead' },
  ]);
  const [unknown] = await askAll([{ host: 'no-such-host.invalid', port: 1 }]);
  expect(unknown).toMatchObject({ answers: false, ipv6: undefined });
  const { address, family } = await lookup('localhost', { order: 'ipv6first' });
  const [by] = await askAll([onlyHere]);
  expect(by).toMatchObject(family === 6 ? { answers: true, ipv6: address } : { answers: false, ipv6: undefined });
});

test('the configured servers are those of every volume', async () => {
  const servers = [{ host: 'a', port: 1 }];
  expect(await serversOf({ ...builtinPool, servers }, 'any')).toEqual(servers);
});

test('the address of an image', () => {
  expect(imageUri({ host: 'node1.lab', port: 24007 }, 'ganeti', 'images/x/disk')).toBe(
    'gluster://node1.lab:24007/ganeti/images/x/disk',
  );
  expect(imageUri({ host: 'fd00::1', port: 24008 }, 'ganeti', 'images/x/disk')).toBe(
    'gluster://fd00--1.ipv6.invalid:24008/ganeti/images/x/disk',
  );
});
