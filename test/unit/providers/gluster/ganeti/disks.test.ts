import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  disagreements,
  type GanetiDisk,
  parseConfiguration,
  parseInstanceInfo,
  parseOwner,
} from '#gluster/ganeti/disks.ts';
import { orphansOf, whyKept, withoutImage } from '#gluster/images/orphans.ts';
import { failureOf } from '../../../help.ts';

/** What Ganeti 3.0.2 printed, shortened. */
const info = `- Instance name: inst1.lab
  UUID: 2397172c-e8a8-4e8d-b6c0-bc4246ae45d3
  State: configured to be down
  NICs: 
    - nic/0: 
      UUID: 43304f28-df5f-4cec-81d1-4ea29820503f
  Disk template: ext
  Disks: 
    - disk/0: ext, size 1.0G
      access mode: rw
      logical_id: ['gluster', '2b8dbc2f.ext.disk0']
      name: None
      UUID: 469720cb
    - disk/1: ext, size 1.0G
      access mode: rw
      logical_id: ['other', '61a74e81.ext.disk1']
      name: data
      UUID: 567216a1
- Instance name: inst2.lab
  Disk template: diskless
  Disks: 
    - disk/0: plain, size 1.0G
      logical_id: xenvg/abc.disk0
`;

/** As config.data holds them. */
function configuration(disks: readonly GanetiDisk[]): string {
  const names = [...new Set(disks.flatMap(({ instance }) => instance ?? []))];
  const instances = names.map((name) => {
    const own = disks.filter((disk) => disk.instance === name);
    return [`uuid-of-${name}`, { name, disks: own.map(({ uuid }) => uuid) }] as const;
  });
  const all = disks.map(
    ({ uuid, provider, image }) => [uuid, { uuid, dev_type: 'ext', logical_id: [provider, image] }] as const,
  );
  const plain = ['p', { uuid: 'p', dev_type: 'plain', logical_id: ['xenvg', 'x'] }] as const;
  return JSON.stringify({ instances: Object.fromEntries(instances), disks: Object.fromEntries([...all, plain]) });
}

function shown(disks: readonly GanetiDisk[]): string {
  const names = [...new Set(disks.flatMap(({ instance }) => instance ?? []))];
  return names
    .map((name) => {
      const own = disks.filter((disk) => disk.instance === name);
      const lines = own.map(
        ({ provider, image }, index) =>
          `    - disk/${index}: ext, size 1.0G\n      logical_id: ['${provider}', '${image}']\n`,
      );
      return `- Instance name: ${name}\n  Disks: \n${lines.join('')}`;
    })
    .join('');
}

const anyDisks = fc.uniqueArray(
  fc.record({
    uuid: fc.uuid(),
    provider: fc.constantFrom('gluster', 'other'),
    image: fc.stringMatching(/^[a-z0-9]{4,8}\.ext\.disk[0-9]$/),
    instance: fc.constantFrom('inst1.lab', 'inst2.lab', undefined),
  }),
  { selector: ({ image }) => image, maxLength: 8 },
);

describe('what Ganeti says', () => {
  test('gnt-instance info', () => {
    expect(parseInstanceInfo(info)).toEqual([
      { name: 'inst1.lab', images: ['2b8dbc2f.ext.disk0', '61a74e81.ext.disk1'] },
      { name: 'inst2.lab', images: [] },
    ]);
    expect(parseInstanceInfo('')).toEqual([]);
    // In a form nobody knows: a disk without a name, which the configuration cannot have.
    const odd = parseInstanceInfo(info.replace("['gluster', '2b8dbc2f.ext.disk0']", 'gluster/2b8dbc2f'));
    expect(odd[0]?.images).toEqual(['', '61a74e81.ext.disk1']);
    expect(disagreements(['inst1.lab', 'inst2.lab'], odd, [])).toHaveLength(2);
  });

  test('is read as it was written, and both answers agree', () => {
    fc.assert(
      fc.property(anyDisks, (disks) => {
        expect(parseConfiguration(configuration(disks))).toEqual(disks);
        const instances = parseInstanceInfo(shown(disks));
        const names = instances.map(({ name }) => name);
        expect(disagreements(names, instances, disks)).toEqual([]);
      }),
    );
  });

  test('differs as soon as one attached disk or one instance is missing on any side', () => {
    fc.assert(
      fc.property(anyDisks, fc.nat(), (disks, index) => {
        const attached = disks.filter(({ instance }) => instance !== undefined);
        const lost = attached[index % Math.max(1, attached.length)];
        if (lost === undefined) return;
        const names = parseInstanceInfo(shown(disks)).map(({ name }) => name);
        const fewer = disks.filter((disk) => disk !== lost);
        expect(disagreements(names, parseInstanceInfo(shown(disks)), fewer)).not.toEqual([]);
        expect(disagreements(names, parseInstanceInfo(shown(fewer)), disks)).not.toEqual([]);
        expect(disagreements(names.slice(1), parseInstanceInfo(shown(disks)), disks)).not.toEqual([]);
      }),
    );
  });

  test.each([
    '',
    '[]',
    '{}',
    '{"instances": {}}',
    '{"disks": {}}',
    '{"instances": [], "disks": {}}',
    '{"instances": {}, "disks": {"a": 1}}',
    '{"instances": {}, "disks": {"a": {"uuid": "a", "dev_type": "ext"}}}',
    '{"instances": {}, "disks": {"a": {"uuid": "a", "dev_type": "ext", "logical_id": ["gluster"]}}}',
    '{"instances": {}, "disks": {"a": {"dev_type": "ext", "logical_id": ["gluster", "x"]}}}',
  ])('%j is no configuration', async (text) => {
    expect((await failureOf(() => parseConfiguration(text))).kind).toBe('failed');
  });
});

describe('an orphan', () => {
  const disk = (image: string, uuid = `uuid of ${image}`, provider = 'gluster'): GanetiDisk => {
    return { uuid, provider, image, instance: undefined };
  };
  const images = ['a', 'b', 'c'].map((name) => ({ name, uuid: `uuid of ${name}` }));

  test('is named by no disk, of whatever provider, and made for none', () => {
    expect(orphansOf(images, [disk('a'), disk('b', 'x', 'other')]).map(({ name }) => name)).toEqual(['c']);
    expect(orphansOf(images, [disk('a'), disk('z', 'uuid of c')]).map(({ name }) => name)).toEqual(['b']);
    expect(orphansOf([{ name: 'd', uuid: undefined }], [disk('a')])).toHaveLength(1);
  });

  test('nothing is one when Ganeti knows nothing', async () => {
    expect((await failureOf(() => orphansOf(images, []))).message).toMatch(/no ext disk at all/);
    expect(orphansOf([], [])).toEqual([]);
  });

  test('the other way round, only disks of this provider lack an image', () => {
    expect(withoutImage([disk('a'), disk('x'), disk('y', 'y', 'other')], 'gluster', images)).toEqual([disk('x')]);
  });

  test.each([
    [{ age: 100, users: [], leases: [] }, undefined],
    [{ age: 99, users: [], leases: [] }, /too young/],
    [{ age: 100, users: ['/dev/loop1'], leases: [] }, /in use here by \/dev\/loop1/],
    [{ age: 100, users: [], leases: ['node2.lab'] }, /leased to node2\.lab/],
  ])('%j stays for the reason %j', (circumstances, reason) => {
    const kept = whyKept(circumstances, 100);
    if (reason === undefined) expect(kept).toBeUndefined();
    else expect(kept).toMatch(reason);
  });
});

describe('the instance that has a disk on a file', () => {
  const files = {
    g: { uuid: 'g', dev_type: 'gluster', logical_id: ['loop', 'ganeti/8b7a2dfb.0'] },
    s: {
      uuid: 's',
      dev_type: 'sharedfile',
      logical_id: ['loop', '/srv/ganeti/shared/inst2.lab/71bf.sharedfile.disk0'],
    },
    detached: { uuid: 'detached', dev_type: 'gluster', logical_id: ['loop', 'ganeti/b3050637.0'] },
    e: { uuid: 'e', dev_type: 'ext', logical_id: ['gluster', '2b8d.ext.disk0'] },
    broken: { uuid: 'broken', dev_type: 'plain' },
  };
  const instances = {
    one: { name: 'inst1.lab', disks: ['g', 'e'] },
    two: { name: 'inst2.lab', disks: ['s', 'broken'] },
  };
  const text = JSON.stringify({ instances, disks: files });

  test.each([
    ['ganeti/8b7a2dfb.0', 'inst1.lab'],
    ['elsewhere/71bf.sharedfile.disk0', 'inst2.lab'],
    ['ganeti/b3050637.0', undefined],
    ['ganeti/8b7a2dfb.1', undefined],
    ['images/2b8d.ext.disk0', undefined],
  ])('%s: %s', (path, instance) => expect(parseOwner(text, path)).toBe(instance));

  test('cannot be told from something else', () => {
    expect(() => parseOwner('{}', 'ganeti/8b7a2dfb.0')).toThrow(/not the configuration/);
  });
});
