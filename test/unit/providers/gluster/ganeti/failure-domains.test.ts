import fc from 'fast-check';
import { expect, test } from 'vitest';
import { causesIn, domainsIn, domainText } from '#gluster/ganeti/failure-domains.ts';
import { propertyRuns } from '../../../help.ts';

test('the tags of the cluster say which tags of nodes count', () => {
  expect(causesIn('one\nhtools:nlocation:rack\nhtools:iextags:service\nhtools:nlocation:power\n')).toEqual([
    'rack:',
    'power:',
  ]);
  expect(causesIn('')).toEqual([]);
});

test('nodes with a tag of a cause in common fail together', () => {
  const list = 'node1|rack:1,color:red\nnode2|rack:2\nnode3|color:red,rack:1\nnode4|\nnode5|rackless\n';
  const domains = domainsIn(list, ['rack:']);
  expect(domains).toEqual([{ nodes: ['node1', 'node3'], tags: ['rack:1'] }]);
  expect(domains.map(domainText)).toEqual(['node1 and node3 fail together: rack:1']);
  expect(domainsIn(list, [])).toEqual([]);
});

test('two nodes are in one domain if and only if a chain of common tags leads from one to the other', () => {
  const tags = fc.uniqueArray(fc.constantFrom('rack:1', 'rack:2', 'rack:3', 'power:a', 'power:b', 'other:x'));
  fc.assert(
    fc.property(fc.array(tags, { maxLength: 9 }), (nodes) => {
      const list = nodes.map((own, index) => `node${index}|${own.join(',')}\n`).join('');
      const domains = domainsIn(list, ['rack:', 'power:']);
      const linked = nodes.map((_, from) => reach(nodes, from));
      for (const from of nodes.keys())
        for (const to of nodes.keys()) {
          if (from === to) continue;
          const isOne = domains.some(
            (domain) => domain.nodes.includes(`node${from}`) && domain.nodes.includes(`node${to}`),
          );
          expect(isOne, list).toBe(linked[from]?.has(to));
        }
    }),
    { numRuns: propertyRuns },
  );
});

/** Which nodes can be reached from one of them by tags that count. */
function reach(nodes: readonly (readonly string[])[], from: number): ReadonlySet<number> {
  const found = new Set([from]);
  for (const at of found)
    for (const [to, own] of nodes.entries())
      if (own.some((tag) => !tag.startsWith('other') && nodes[at]?.includes(tag))) found.add(to);
  return found;
}
