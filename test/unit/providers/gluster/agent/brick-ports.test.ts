import { createServer } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brickPortIn, brickPortsHere, listenHere, portsIn, reachFromHere } from '#gluster/agent/brick-ports.ts';

const usual = { base: 49_152, last: 60_999 };

test.each([
  ['nothing', '', usual],
  ['only comments', '#   option base-port 49152\n#   option max-port 50000\n', usual],
  ['the last one', '    option event-threads 1\n    option max-port  60000\nend-volume\n', { ...usual, last: 60_000 }],
  ['both', '  option base-port 50000\n\toption max-port 50009', { base: 50_000, last: 50_009 }],
  ['more than there are', 'option max-port 99999', { ...usual, last: 65_535 }],
  ['a first one after the last one', 'option base-port 60000\noption max-port 50000', usual],
  ['no number', 'option base-port any', usual],
])('where glusterd.vol says %s', (_, text, expected) => {
  expect(portsIn(text)).toEqual(expected);
});

test('whatever glusterd.vol says, the ports are some that there are', () => {
  const number = fc.nat({ max: 200_000 });
  fc.assert(
    fc.property(number, number, fc.string(), (base, last, more) => {
      const found = portsIn(`option base-port ${base}\n${more}\n option max-port ${last}`);
      expect(found.base).toBeGreaterThan(0);
      expect(found.last).toBeGreaterThanOrEqual(found.base);
      expect(found.last).toBeLessThanOrEqual(65_535);
    }),
  );
});

test.each([
  [['/usr/sbin/glusterfsd', '--process-name', 'brick', '--brick-port', '55135', '--xlator-option', 'x'], 55_135],
  [['/usr/sbin/glusterfsd', '--brick-port'], undefined],
  [['/usr/sbin/glusterfsd', '--brick-port', 'x'], undefined],
  [['49152'], undefined],
])('the port of %j', (given, port) => {
  expect(brickPortIn(given)).toBe(port);
});

test('who listens is met by IPv4 and by IPv6, and ends when all have come', async () => {
  const { ports, isBrick } = await brickPortsHere();
  expect(isBrick).toBe(false);
  const hosts = ['127.0.0.1', '::1', 'localhost'];
  const places = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
  // Those who come first wait.
  const reaching = reachFromHere(places);
  expect(await listenHere({ ports, visitors: places.length })).toBe(places.length);
  expect(await reaching).toEqual(places.map(() => true));
});

test('a port that another one has is not waited for', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listenHere({ ports: [port], visitors: 1 })).rejects.toThrow('EADDRINUSE');
  server.close();
});

test('where nobody listens, that is told after some time', async () => {
  expect(await reachFromHere([{ host: '127.0.0.1', port: 1 }], 500)).toEqual([false]);
});
