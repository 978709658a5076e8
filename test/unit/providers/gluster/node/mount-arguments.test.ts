import { expect, test } from 'vitest';
import { builtinPool } from '#gluster/configuration/pool.ts';
import { mountArguments, mountHint } from '#gluster/node/mount-arguments.ts';

test('the server that answers comes first, and addresses stand in brackets behind it', async () => {
  const [six, first, last] = [
    { host: 'fd00::1', port: 24007 },
    { host: 'a', port: 24008 },
    { host: 'b', port: 24007 },
  ] as const;
  const pool = { ...builtinPool, mountOptions: ['acl'] };
  const asked = { server: first, answers: true, ipv6: undefined };
  const { source, options } = await mountArguments(pool, 'v', [six, first, last], asked, '/log');
  expect(source).toBe('a:/v');
  expect(options[0]).toBe('backup-volfile-servers=[fd00::1]:b');
  expect(options).toContain('server-port=24008');
  expect(options.slice(-2)).toEqual(['log-file=/log', 'acl']);
});

test('a single server on the usual port needs neither', async () => {
  const server = { host: 'a', port: 24007 };
  const asked = { server, answers: true, ipv6: undefined };
  const { options } = await mountArguments(builtinPool, 'v', [server], asked, '/log');
  expect(options.join(',')).not.toMatch(/server/);
});

const handshake = 'forced unwinding frame type(GlusterFS Handshake) op(GETSPEC(2)) called at';

test.each([
  ['could not load our cert at /usr/lib/ssl/glusterfs.pem', false, /^volume v speaks TLS: .*glusterfs\.pem/],
  ['could not load private key at /etc/ssl/glusterfs.key', true, /secure-access.*glusterfs\.key/],
  ['SSL connect error (client: ) (server: )', true, /do not agree/],
  ['SETVOLUME on remote-host failed [{remote-error=Authentication failed}]', true, /auth\.ssl-allow/],
  ['SETVOLUME on remote-host failed [{remote-error=Authentication failed}]', false, /auth\.reject/],
  [
    '[glusterfsd-mgmt.c:1] 0-mgmt: Server is operating at an op-version which is not supported',
    false,
    /too old .*op-version/,
  ],
  ['0-v-client-0: failed to get the port number for remote subvolume. Please run', false, /brick does not run.*force/],
  ['0-v-client-0: connection attempt on 10.0.0.1:24007 failed, (Permission denied)', false, /ports .*firewall/],
  [
    '0-v-client-2: connection to 10.0.0.1:49152 failed (Connection refused); disconnecting socket',
    true,
    /ports .*firewall/,
  ],
  ['Exhausted all volfile servers', false, /needs \/var\/lib\/glusterd\/secure-access/],
  [handshake, false, /needs \/var\/lib\/glusterd\/secure-access/],
  [handshake, true, /^gluster volume status v$/],
  ['', false, /^gluster volume status v$/],
])('after %j, encrypted management %j: a hint', (said, secure, hint) => {
  expect(mountHint('v', said, secure)).toMatch(hint);
});
