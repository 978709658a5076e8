import { describe, expect, test } from 'vitest';
import { libraryUsers, mentions, usersOfFile, usersWithoutDevice } from '#gluster/images/users.ts';
import type { Guest } from '#gluster/kvm/guests.ts';
import type { Process } from '#src/tools/processes.ts';

const json = (driver: string, path: string): string => `json:{"driver": "${driver}", "path": "${path}", "volume": "v"}`;
const uri = 'gluster://node1.lab:24007/v/images/x/disk';
const onMount = '/run/ganeti-gluster/mnt/default/v/images/x/disk';

const guest = (files: readonly string[] | undefined, noted = ''): Guest => ({
  instance: 'web',
  pid: '7',
  files,
  noted,
});
const qemu = (argument: string, opens: readonly string[] = []): Process => ({
  pid: '7',
  argv: ['/usr/bin/qemu', '-drive', argument],
  opens,
});

describe('a running guest', () => {
  test.each([
    ['says that it has the address', guest([uri]), qemu(''), ['web (pid 7)'], ['web (pid 7)']],
    [
      'says that it has the volume and the path',
      guest([json('gluster', 'images/x/disk')]),
      qemu(''),
      ['web (pid 7)'],
      ['web (pid 7)'],
    ],
    ['says that it has the file', guest([onMount]), qemu('', [onMount]), ['web (pid 7)'], []],
    [
      'says that it has another image, whatever it was started with',
      guest([uri.replace('/x/', '/y/')]),
      qemu(`file=${uri}`),
      [],
      [],
    ],
    [
      'is silent and was given the address',
      guest(undefined, `[["${uri}"]]`),
      qemu(''),
      ['web (pid 7)'],
      ['web (pid 7)'],
    ],
    [
      'is silent and was started with the address',
      guest(undefined),
      qemu(`file=${uri}`),
      ['qemu (pid 7)'],
      ['qemu (pid 7)'],
    ],
    [
      'is silent and was given a device of the image',
      guest(undefined, '{"logical_id": ["gluster", "x"]}'),
      qemu('file=/dev/loop1'),
      [],
      [],
    ],
  ])('that %s', (_, asked, running, users, byLibrary) => {
    const activity = { guests: [asked], processes: [running] };
    expect(usersWithoutDevice('x', activity)).toEqual(users);
    expect(libraryUsers('x', activity)).toEqual(byLibrary);
  });
});

test('what has the file of an image open uses it, by whichever mount', () => {
  const processes = [
    { pid: '2', argv: ['/usr/bin/cp'], opens: ['/mnt/elsewhere/images/x/disk'] },
    { pid: '3', argv: ['cp'], opens: ['/mnt/elsewhere/images/yx/disk', '/dev/loop33'] },
  ];
  expect(usersOfFile('x/disk', [], { guests: [], processes })).toEqual(['cp (pid 2)']);
});

test.each([
  ['a/x/disk', true],
  ['path=x/disk,y', true],
  ['"x/disk"', true],
  ['x/disk', true],
  ['a/yx/disk and b/x/disk', true],
  ['a/yx/disk', false],
  ['', false],
])('%j mentions x/disk: %s', (text, expected) => {
  expect(mentions(text, 'x/disk')).toBe(expected);
});
