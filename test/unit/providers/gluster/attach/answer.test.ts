import { expect, test } from 'vitest';
import { type Circumstances, type Way, wayOf } from '#gluster/attach/answer.ts';

type Access = Circumstances['access'];
type Server = 'none' | 'IPv4' | 'IPv6';

interface Case {
  readonly access: Access;
  readonly hasDevice: boolean;
  readonly needsFile: boolean;
  readonly server: Server;
  readonly needsFileForIpv6: boolean;
}

const truths = [true, false];

const all: readonly Case[] = (['kernelspace', 'userspace', undefined] as const).flatMap((access) =>
  truths.flatMap((hasDevice) =>
    truths.flatMap((needsFile) =>
      (['none', 'IPv4', 'IPv6'] as const).flatMap((server) =>
        truths.map((needsFileForIpv6) => ({ access, hasDevice, needsFile, server, needsFileForIpv6 })),
      ),
    ),
  ),
);

async function tried(one: Case): Promise<{ readonly way: Way; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const telling =
    <Value>(what: string, value: Value) =>
    async (): Promise<Value> => {
      asked.push(what);
      return value;
    };
  const way = await wayOf({
    access: one.access,
    hasDevice: one.hasDevice,
    needsFile: telling('driver', one.needsFile),
    server: telling('server', one.server),
    needsFileForIpv6: telling('wrapper', one.needsFileForIpv6),
  });
  return { way, asked };
}

function matching(wanted: Partial<Case>): readonly Case[] {
  return all.filter((one) => Object.entries(wanted).every(([key, value]) => one[key as keyof Case] === value));
}

test.each<[string, Partial<Case>, Way]>([
  ['without a device and without a server', { hasDevice: false, server: 'none' }, 'no server'],
  ['without a device', { hasDevice: false, server: 'IPv4' }, 'answering server'],
  ['without a device, by IPv6', { hasDevice: false, server: 'IPv6' }, 'answering server'],
  ['in kernel space with a device', { access: 'kernelspace', hasDevice: true }, 'first server'],
  ['in user space, QEMU without addresses', { access: 'userspace', hasDevice: true, needsFile: true }, 'file'],
  ['in user space', { access: 'userspace', hasDevice: true, needsFile: false, server: 'IPv4' }, 'answering server'],
  [
    'in user space, by IPv6 without the wrapper',
    { access: 'userspace', hasDevice: true, needsFile: false, server: 'IPv6', needsFileForIpv6: true },
    'file',
  ],
  [
    'in user space, by IPv6 with the wrapper',
    { access: 'userspace', hasDevice: true, needsFile: false, server: 'IPv6', needsFileForIpv6: false },
    'answering server',
  ],
  [
    'in user space, no server answers',
    { access: 'userspace', hasDevice: true, needsFile: false, server: 'none' },
    'first server',
  ],
  ['Ganeti does not say the access', { access: undefined, hasDevice: true, server: 'IPv4' }, 'answering server'],
  ['nor does a server answer', { access: undefined, hasDevice: true, server: 'none' }, 'first server'],
])('%s: %j', async (_, wanted, way) => {
  const cases = matching(wanted);
  expect(cases.length).toBeGreaterThan(0);
  for (const one of cases) expect(await tried(one), JSON.stringify(one)).toMatchObject({ way });
});

test('a disk that the kernel serves asks nothing of QEMU and of no server', async () => {
  for (const one of matching({ access: 'kernelspace', hasDevice: true })) expect((await tried(one)).asked).toEqual([]);
});

test('what is asked is asked once at most, but for the server', async () => {
  for (const one of all) {
    const asked = (await tried(one)).asked.filter((what) => what !== 'server');
    expect(asked).toEqual([...new Set(asked)]);
  }
});
