import { expect, test } from 'vitest';
import { brickPath, fileSystemOf, usesPageCache } from '#gluster/glusterd/bricks.ts';

const brick = `uuid=c042e116-3d94-4ffb-85f4-a627a2a0265a
hostname=node1.lab
path=/bricks/a b/brick
real_path=/mnt/brick
mount_dir=/brick
`;

test('the file of a brick tells its directory', () => {
  expect(brickPath(brick)).toBe('/bricks/a b/brick');
  expect(brickPath('hostname=node1.lab\n')).toBeUndefined();
});

test.each([
  ['as group virt has it', 'network.remote-dio=disable\nperformance.strict-o-direct=on\n', false],
  ['with the page cache', 'op-version=1\nnetwork.remote-dio=enable\n', true],
  ['with another word for it', 'network.remote-dio=on\n', true],
  ['without any setting', 'type=0\n', false],
  ['of a volume that is not known', '', false],
])('a volume %s', (_, info, expected) => {
  expect(usesPageCache(info)).toBe(expected);
});

const mount = (point: string, fileSystem: string) => ({ id: 7, point, type: 'xfs', source: 'x', fileSystem });
const here = [mount('/', '0:1'), mount('/bricks', '7:1'), mount('/bricks/a', '7:2'), mount('/bricks/a', '7:3')];

test.each([
  ['/bricks/a/brick', '7:3'],
  ['/bricks/a', '7:3'],
  ['/bricks/ab/brick', '7:1'],
  ['/srv/brick', undefined],
])('%s lies on %s', (path, expected) => {
  expect(fileSystemOf(path, here)).toBe(expected);
});
