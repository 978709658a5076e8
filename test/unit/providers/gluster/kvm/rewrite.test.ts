import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NamedImage, rewriteArguments } from '#gluster/kvm/rewrite.ts';

/** When the wrapper, gnt-gluster-kvm, asks for other arguments. */
function namesGluster(args: readonly string[]): boolean {
  return args.some((argument) => argument.includes('gluster'));
}

const path = 'images/6f1c.ext.disk0/disk';
const others = [
  { host: 'node2.lab', port: 24007 },
  { host: 'node3.lab', port: 24008 },
];
const asked: NamedImage[] = [];
const wayTo = async (image: NamedImage) => {
  asked.push(image);
  return { servers: [image.server, ...others] };
};
const file = '/run/ganeti-gluster/mnt/default/ganeti/images/6f1c.ext.disk0/disk';
const listOf = (prefix: string, first: string): string =>
  [first, 'node2.lab:24007', 'node3.lab:24008']
    .map((server, index) => {
      const [host, port] = [server.slice(0, server.lastIndexOf(':')), server.slice(server.lastIndexOf(':') + 1)];
      const key = `${prefix}server.${index}`;
      return `${key}.type=inet,${key}.host=${host},${key}.port=${port}`;
    })
    .join(',');

test.each([
  [
    'the URI of Ganeti 3.0',
    '-drive',
    `file=gluster://node1.lab:24007/ganeti/${path},format=raw,if=none,cache=none,id=disk-1,auto-read-only=off`,
    `file.driver=gluster,file.volume=ganeti,file.path=${path},${listOf('file.', 'node1.lab:24007')},format=raw,if=none,cache=none,id=disk-1,auto-read-only=off`,
  ],
  [
    'a URI that is not the first',
    '-drive',
    `format=raw,file=gluster://node1.lab/ganeti/${path}`,
    `format=raw,file.driver=gluster,file.volume=ganeti,file.path=${path},${listOf('file.', 'node1.lab:24007')}`,
  ],
  [
    'a URI with an IPv6 address',
    '-drive',
    `file=gluster://[fd00::1]:24009/ganeti/${path},format=raw`,
    `file.driver=gluster,file.volume=ganeti,file.path=${path},${listOf('file.', 'fd00::1:24009')},format=raw`,
  ],
  [
    'an IPv6 address as Ganeti 3.1 can name it',
    '-blockdev',
    `driver=raw,file.driver=gluster,file.server=[{'type': 'inet', 'host': 'fd00--1.ipv6.invalid', 'port': '24009'}],file.volume=ganeti,file.path=${path}`,
    `driver=raw,file.driver=gluster,file.volume=ganeti,file.path=${path},${listOf('file.', 'fd00::1:24009')}`,
  ],
  [
    'the Python list of Ganeti 3.1',
    '-blockdev',
    `driver=raw,node-name=disk-1,discard=ignore,cache.direct=on,file.driver=gluster,file.server=[{'type': 'inet', 'host': 'node1.lab', 'port': '24007'}],file.volume=ganeti,file.path=${path},auto-read-only=off`,
    `driver=raw,node-name=disk-1,discard=ignore,cache.direct=on,auto-read-only=off,file.driver=gluster,file.volume=ganeti,file.path=${path},${listOf('file.', 'node1.lab:24007')}`,
  ],
  [
    'what a repaired Ganeti writes',
    '-blockdev',
    `driver=raw,file.driver=gluster,file.server.0.type=inet,file.server.0.host=node1.lab,file.server.0.port=24007,file.volume=ganeti,file.path=${path}`,
    `driver=raw,file.driver=gluster,file.volume=ganeti,file.path=${path},${listOf('file.', 'node1.lab:24007')}`,
  ],
])('%s gets all servers', async (_, option, given, wanted) => {
  asked.length = 0;
  const args = ['-name', 'inst1', option, given, '-S'];
  expect(namesGluster(args)).toBe(true);
  expect(await rewriteArguments(args, wayTo)).toEqual(['-name', 'inst1', option, wanted, '-S']);
  expect(asked).toMatchObject([{ volume: 'ganeti', path }]);
});

test.each([
  [
    'the URI of Ganeti 3.0',
    '-drive',
    `file=gluster://node1.lab:24007/ganeti/${path},format=raw,if=none,cache=none,aio=threads,id=disk-1`,
    `file.driver=file,file.filename=${file},file.locking=off,format=raw,if=none,cache=none,aio=threads,id=disk-1`,
  ],
  [
    'the Python list of Ganeti 3.1',
    '-blockdev',
    `driver=raw,node-name=disk-1,cache.direct=on,file.driver=gluster,file.server=[{'type': 'inet', 'host': 'node1.lab', 'port': '24007'}],file.volume=ganeti,file.path=${path},auto-read-only=off`,
    `driver=raw,node-name=disk-1,cache.direct=on,auto-read-only=off,file.driver=file,file.filename=${file},file.locking=off`,
  ],
])('%s becomes the file where QEMU has no driver', async (_, option, given, wanted) => {
  expect(await rewriteArguments([option, given], async () => ({ file }))).toEqual([option, wanted]);
});

test.each([
  [
    '-drive',
    'id=a,,b,file=gluster://node1.lab:24007/ganeti/images/a,,b,,,,c/disk,format=raw',
    `id=a,,b,file.driver=gluster,file.volume=ganeti,file.path=images/a,,b,,,,c/disk,${listOf('file.', 'node1.lab:24007')},format=raw`,
  ],
  [
    '-blockdev',
    `driver=raw,file.driver=gluster,file.server=[{'type': 'inet', 'host': 'node1.lab', 'port': '24007'}],file.volume=ganeti,file.path=images/a,,b,,,,c/disk,node-name=x,,y`,
    `driver=raw,node-name=x,,y,file.driver=gluster,file.volume=ganeti,file.path=images/a,,b,,,,c/disk,${listOf('file.', 'node1.lab:24007')}`,
  ],
])('%s: a comma in a name, which QEMU doubles, divides nothing', async (option, given, wanted) => {
  asked.length = 0;
  expect(await rewriteArguments([option, given], wayTo)).toEqual([option, wanted]);
  expect(asked).toMatchObject([{ volume: 'ganeti', path: 'images/a,b,,c/disk', server: { port: 24007 } }]);
});

test("a server can be the socket of the node's own glusterd", async () => {
  const servers = [{ socket: '/var/run/glusterd.socket' }];
  const [, drive] = await rewriteArguments(['-drive', `file=gluster://a:1/ganeti/${path}`], async () => ({ servers }));
  expect(drive).toBe(
    `file.driver=gluster,file.volume=ganeti,file.path=${path},file.server.0.type=unix,file.server.0.path=/var/run/glusterd.socket`,
  );
});

test.each([
  ['-drive', 'file=/dev/loop1,format=raw,if=none,cache=none'],
  ['-drive', 'file=/var/lib/gluster://x/y,format=raw'],
  ['-drive', 'file.driver=gluster,file.volume=ganeti,file.path=x,file.server.0.type=inet'],
  ['-blockdev', 'driver=raw,file.driver=host_device,file.filename=/dev/loop1'],
  [
    '-blockdev',
    'driver=raw,file.driver=gluster,file.server.0.type=unix,file.server.0.path=/x,file.volume=v,file.path=p',
  ],
  [
    '-blockdev',
    'driver=raw,file.driver=gluster,file.server.0.type=inet,file.server.0.host=a,file.server.0.port=1,file.server.1.type=inet,file.server.1.host=b,file.server.1.port=1,file.volume=v,file.path=p',
  ],
  ['-name', 'file=gluster://node1.lab:24007/ganeti/x'],
  ['-device', '?'],
])('%s %s is left alone', async (...args) => {
  expect(await rewriteArguments(args, wayTo)).toEqual(args);
});

test('any other arguments are passed on as they are', async () => {
  const argument = fc.oneof(fc.constantFrom('-drive', '-blockdev', '-device', '-M', '?', ''), fc.string());
  await fc.assert(
    fc.asyncProperty(fc.array(argument), async (args) => {
      fc.pre(!namesGluster(args));
      expect(await rewriteArguments(args, wayTo)).toEqual(args);
    }),
  );
});
