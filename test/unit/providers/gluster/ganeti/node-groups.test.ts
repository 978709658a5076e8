import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { membersIn, membersText, parseMembers, placeHere, placeOf } from '#gluster/ganeti/node-groups.ts';
import { groupsIn } from '#gluster/ganeti/ssconf.ts';
import { propertyRuns, scratchDirectory } from '../../../help.ts';

const [one, two] = ['6765cad2-fc2e-44a5-a825-85df1c6b858f', 'b7abd3af-dcc4-4c66-a5af-fceeaa857485'];
const members = [
  { node: 'node1.lab', group: one },
  { node: 'node10.lab', group: two },
];
const groups = [
  { id: one, name: 'default' },
  { id: two, name: 'other' },
];

test('what gnt-node list prints is read', () => {
  expect(membersIn(`node1.lab|${one}\nnode10.lab|${two}\n`)).toEqual(members);
  expect(membersIn(`\nnode1.lab\nnode1.lab|\n|${one}\nnode1.lab|?\n`)).toEqual([]);
});

test('the groups of a cluster are read, whatever Ganeti took for a name', () => {
  const names = ['default', 'ot her|x=1', ' lead ', 'é'];
  expect(groupsIn(names.map((name) => `${one} ${name}`)).map(({ name }) => name)).toEqual(names);
  expect(groupsIn(['', 'name', one, `${one} `])).toEqual([]);
});

describe('the text of nodes and groups', () => {
  test('is read as it was written', () => {
    const member = fc.record({ node: fc.string({ minLength: 1 }), group: fc.uuid() });
    fc.assert(
      fc.property(fc.array(member), (list) => {
        expect(parseMembers(membersText(list))).toEqual(list);
      }),
      { numRuns: propertyRuns },
    );
  });

  test('is read as a whole or not at all', () => {
    for (const damaged of [{}, { node: 'x' }, { node: '', group: one }, { node: 'x', group: '../x' }, null])
      expect(parseMembers(JSON.stringify({ nodes: [members[0], damaged] }))).toBeUndefined();
    for (const text of ['', '{', '[]', '{"pools":[]}', membersText(members).slice(0, 40)])
      expect(parseMembers(text), text).toBeUndefined();
  });
});

describe('a node is in the group', () => {
  test('that its full name has', () => {
    expect(placeOf('node1.lab', members, groups)).toEqual({ node: 'node1.lab', group: groups[0], groups });
    expect(placeOf('node10.lab', members, groups).group?.name).toBe('other');
    for (const name of ['node1', 'node', 'node2.lab', 'NODE1.LAB', 'constructor', ''])
      expect(placeOf(name, members, groups).group, name).toBeUndefined();
  });

  test('under the name that the group has now', () => {
    const renamed = [{ id: one, name: 'other' }];
    expect(placeOf('node1.lab', members, renamed).group?.name).toBe('other');
    expect(placeOf('node10.lab', members, renamed).group).toBeUndefined();
  });

  test('that is not known where the file is damaged, or not there', () => {
    const file = `${scratchDirectory()}/node-groups.json`;
    expect(placeHere(file).group).toBeUndefined();
    writeFileSync(file, '{');
    expect(placeHere(file).group).toBeUndefined();
  });
});
