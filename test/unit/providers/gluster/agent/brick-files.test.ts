import { expect, test } from 'vitest';
import { parseAttributes } from '#gluster/agent/brick-files.ts';

test('attributes are read by file, and only those that all bricks have alike', () => {
  const text = [
    '# file: /bricks/b/images/a b',
    'trusted.afr.ganeti-client-2=0x000000000000000000000000',
    'trusted.gfid=0x9ab5',
    'trusted.glusterfs.shard.file-size=0x00',
    'user.mine=0x01',
    '',
    '# file: /bricks/b/with\\012line \\134 and ü',
    'trusted.empty',
    '',
    '',
  ].join('\n');
  expect([...parseAttributes(text)]).toEqual([
    ['/bricks/b/images/a b', { 'trusted.gfid': '0x9ab5', 'trusted.glusterfs.shard.file-size': '0x00' }],
    ['/bricks/b/with\nline \\ and ü', { 'trusted.empty': '' }],
  ]);
});
