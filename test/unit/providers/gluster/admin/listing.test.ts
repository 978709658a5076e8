import { describe, expect, test } from 'vitest';
import { commands } from '#gluster/admin/commands.ts';
import { helpOf } from '#gluster/admin/help.ts';
import { chosenFields, type List, listReport, problemsWithList } from '#gluster/admin/listing.ts';

type Item = { readonly name: string; readonly size: number; readonly on: boolean; readonly note: string | null };

const list: List<Item> = {
  fields: [
    { name: 'name', key: 'name', heading: 'Image', meaning: 'name' },
    { name: 'size', key: 'size', unit: 'bytes', heading: 'Size', meaning: 'size' },
    { name: 'twice', heading: 'Twice', meaning: 'name two times', show: ({ name }) => `${name} ${name}` },
    { name: 'on', key: 'on', heading: 'On', meaning: 'whether' },
    { name: 'remark', key: 'note', heading: 'Remark', meaning: 'note' },
  ],
  usual: ['twice', 'size'],
};
const gib = 1024 ** 3;
const items: readonly Item[] = [
  { note: 'x|y', on: true, size: 1.5 * gib, name: 'a' },
  { note: null, on: false, size: 10 * gib, name: 'b\u001b' },
];

async function text(options: Readonly<Record<string, string>>, ...flags: readonly string[]): Promise<string> {
  return (await listReport(list, items, { options, flags: new Set(flags) }, 'nothing\n')).text;
}

describe('fields', () => {
  test.each([
    [undefined, ['twice', 'size']],
    ['name', ['name']],
    ['size,name,size', ['size', 'name', 'size']],
    ['+name,on', ['twice', 'size', 'name', 'on']],
  ])('-o %s', (output, names) => {
    expect(chosenFields(list, output)).toEqual(names);
    expect(problemsWithList(list, output === undefined ? {} : { output })).toEqual([]);
  });

  test('all unknown ones are told in one sentence, with the known ones', () => {
    const known = '(known: name, size, twice, on, remark)';
    expect(problemsWithList(list, { output: 'sise,name,on,of' })).toEqual([`unknown fields "sise", "of" ${known}`]);
    expect(problemsWithList(list, { output: '+nme' })).toEqual([`unknown field "nme" ${known}`]);
    expect(problemsWithList(list, { output: 'name,' })).toEqual([`unknown field "" ${known}`]);
    expect(problemsWithList(list, { output: 'x', units: 'k' })).toHaveLength(2);
  });
});

describe('text', () => {
  test('shows the usual fields to a person', async () => {
    expect(await text({})).toBe('Twice            Size\na a              1.5 GiB\nb\\u001b b\\u001b  10 GiB\n');
  });

  test('has no headings if told so', async () => {
    expect(await text({ output: 'size,on' }, 'no-headers')).toBe('1.5 GiB  Y\n10 GiB   N\n');
  });

  test('has the separator and sizes in MiB for a script', async () => {
    expect(await text({ output: 'name,size,remark', separator: ' % ' })).toBe(
      'Image % Size % Remark\na % 1536 % x|y\nb\\u001b % 10240 % -\n',
    );
    expect(await text({ output: '+on', separator: '\t' }, 'no-headers')).toBe(
      'a a\t1536\tY\nb\\u001b b\\u001b\t10240\tN\n',
    );
  });

  test.each([
    ['h', '1.5 GiB 10 GiB'],
    ['m', '1536 10240'],
    ['g', '1.5 10.0'],
    ['t', '0.0 0.0'],
  ])('has sizes in %s, with and without a separator', async (units, sizes) => {
    for (const separator of [{}, { separator: ':' }])
      expect((await text({ output: 'size', units, ...separator }, 'no-headers')).trim().split('\n').join(' ')).toBe(
        sizes,
      );
  });
});

test('JSON has the keys of the fields in their order, whatever is shown', async () => {
  const { json } = await listReport(list, items, { options: { output: 'name', separator: ':' }, flags: new Set() }, '');
  expect(JSON.stringify(json)).toBe(
    '[{"name":"a","size":1610612736,"on":true,"note":"x|y"},{"name":"b\\u001b","size":10737418240,"on":false,"note":null}]',
  );
});

test.each([
  [{}, [], 'nothing\n'],
  [{ output: 'name' }, [], 'nothing\n'],
  [{ separator: ':' }, [], 'Twice:Size\n'],
  [{}, ['no-headers'], ''],
  [{ separator: ':' }, ['no-headers'], ''],
] as const)('without an item, with %j and %j', async (options, flags, said) => {
  expect((await listReport(list, [], { options, flags: new Set(flags) }, 'nothing\n')).text).toBe(said);
});

describe('the lists of gnt-gluster', () => {
  const lists = commands.flatMap((command) => (command.list === undefined ? [] : [{ command, ...command.list }]));

  test('are these', () => {
    const names = ['image list', 'lease list', 'trash list', 'mount status', 'image orphans'];
    expect(lists.map(({ command }) => command.name)).toEqual(expect.arrayContaining(names));
  });

  test.each(lists)(
    '$command.name has names that can be typed, and tells each in its help',
    ({ command, fields, usual }) => {
      const names = fields.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect((usual ?? []).filter((name) => !names.includes(name))).toEqual([]);
      const lines = helpOf('gnt-gluster', command).split('\n');
      for (const { name, heading, meaning } of fields) {
        expect(name).toMatch(/^[a-z][a-z_]*$/);
        expect(heading).toMatch(/^[A-Z]/);
        expect(lines.filter((line) => line.startsWith(`  ${name} `) && line.endsWith(`  ${meaning}`))).toHaveLength(1);
      }
    },
  );
});
