import { expect, test } from 'vitest';
import { sectionsOf } from '#gluster/admin/orphan-tables.ts';

const mib = 1024 ** 2;
const place = { pool: 'default', volume: 'ganeti' };
const found = {
  orphans: [
    { name: 'a', ...place, size: 8 * mib, allocated: 0, info: null, snapshotOf: null, age: 3600, state: 'too young' },
  ],
  missing: [{ disk: 'uuid-1', image: 'b', instance: null }],
  sizes: [{ image: 'c', instance: 'inst1', ganeti: 8 * mib, size: 9 * mib }],
  unfinished: [{ image: 'd', node: 'node3', allocated: 2 * mib, ...place, age: 120 }],
  stale: [{ what: '/dev/loop0', image: 'e' }],
  unconfigured: [{ name: 'f', pool: 'old', volume: 'v', directory: 'images' }],
};
const keys = Object.keys(found);

async function texts(
  options: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<readonly string[]> {
  return await Promise.all(sectionsOf(found).map(({ text }) => text({ options, flags: new Set(flags) })));
}

test('JSON is what was found, with its keys in their order', () => {
  const json = Object.fromEntries(sectionsOf(found).map((section) => [section.key, section.json]));
  expect(JSON.stringify(json)).toBe(JSON.stringify(found));
});

test('a person sees a table of each kind with a title, and nothing where there is nothing', async () => {
  const [orphans = '', missing = '', sizes = '', unfinished = '', stale = '', unconfigured = ''] = await texts({});
  expect(orphans).toMatch(
    /^images that no disk .*:\n\nImage {2}Pool\/volume .*State\na {6}default\/ganeti {2}8 MiB {2}0 B {8}1 h {2}- {5}too young\n$/,
  );
  expect(missing).toBe('disks of Ganeti without an image:\n\nImage  Instance\nb      (detached)\n');
  expect(sizes).toMatch(/Image {2}Instance {2}Ganeti believes {2}The image has\nc {6}inst1 {5}8 MiB {12}9 MiB\n$/);
  expect(unfinished).toMatch(/image remove IMAGE(.|\n)*Untouched for {2}Made by\nd .* 2 min +node3\n$/);
  expect(stale).toMatch(/image detach IMAGE.*\n\nWhat {8}Image\n\/dev\/loop0 {2}e\n$/);
  expect(unconfigured).toMatch(/Image {2}Volume {2}Directory {2}Was in pool\nf {6}v {7}images {5}old\n$/);
  const none = sectionsOf({ orphans: [], missing: [], sizes: [], unfinished: [], stale: [], unconfigured: [] });
  for (const { text } of none) expect(await text({ options: {}, flags: new Set() })).toBe('');
});

test('a script gets one line for everything, with the fields it asked for', async () => {
  const lines = await texts({ output: 'finding,name,size,instance', separator: ':' }, 'no-headers');
  expect(lines).toEqual([
    'orphans:a:8:-\n',
    'missing:b:-:(detached)\n',
    'sizes:c:9:inst1\n',
    'unfinished:d:-:-\n',
    'stale:e:-:-\n',
    'unconfigured:f:-:-\n',
  ]);
  const added = await texts({ output: '+finding', separator: ':' }, 'no-headers');
  expect(added.map((line) => line.trim().split(':').at(-1))).toEqual(keys);
});
