import { expect, test } from 'vitest';
import { namedInTable } from '#gluster/agent/fstab.ts';

const table = `# /etc/fstab
/dev/sda1 / ext4 errors=remount-ro 0 1
UUID="1111-2222" /data xfs defaults 0 0
LABEL=old /old ext4 noauto 0 0
  /dev/sdb  none  swap  sw  0 0
PARTLABEL=swap none swap sw 0 0
# /dev/sdc /c xfs defaults 0 0
`;
const named = (path: string, uuid?: string, label?: string): readonly string[] =>
  namedInTable((one) => one === path, [{ type: 'xfs', uuid, label }], table);

test('a line names a device by its path, the UUID or the label of what is on it', () => {
  expect(named('/dev/sdb')).toEqual(['  /dev/sdb  none  swap  sw  0 0']);
  expect(named('/dev/sdd', '1111-2222')).toEqual(['UUID="1111-2222" /data xfs defaults 0 0']);
  expect(named('/dev/sdd', '3333', 'old')).toEqual(['LABEL=old /old ext4 noauto 0 0']);
});

test('a line names it by a link of udev', () => {
  expect(named('/dev/disk/by-uuid/1111-2222')).toEqual(['UUID="1111-2222" /data xfs defaults 0 0']);
  expect(named('/dev/disk/by-partlabel/swap')).toEqual(['PARTLABEL=swap none swap sw 0 0']);
});

test('a comment and another device are no such line', () => {
  expect(named('/dev/sdc', '1111')).toEqual([]);
});
