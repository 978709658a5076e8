import { describe, expect, test } from 'vitest';
import { convertCommand, membership, poolOf, unconverted, wantedCopies } from '#gluster/change/pool-options.ts';
import { knownPools, withOthers } from '#gluster/change/publish.ts';
import type { Volume } from '#gluster/glusterd/volumes.ts';
import { failureOf } from '../../../help.ts';

function volume(name: string, options: Readonly<Record<string, string>>, more: Partial<Volume> = {}): Volume {
  const bricks = ['a', 'b'].map((host) => ({ host, path: `/s/${name}`, peer: host, arbiter: false }));
  const usual = { id: `id-${name}`, started: true, copies: 2, arbiters: 0, bricks };
  return { ...usual, name, options: new Map(Object.entries(options)), ...more };
}

const own = Object.fromEntries(membership({ name: 'fast', copies: 3 }).map(({ option, wanted }) => [option, wanted]));

test('what makes a volume one of a pool is read again', () => {
  expect(poolOf(volume('v', own))).toBe('fast');
  expect(wantedCopies([volume('v', own)])).toBe(3);
  expect(wantedCopies([volume('v', {})])).toBe(2);
  expect(wantedCopies([])).toBeUndefined();
  expect(poolOf(volume('v', {}))).toBeUndefined();
});

test('a pool of which some volumes say yet how many copies they are to have is converted to so many', () => {
  const both = [volume('v', { ...own, 'user.ganeti.copies': '1' }), volume('w', own)];
  expect(wantedCopies(both)).toBe(3);
  expect(unconverted(both, 3)).toEqual(['v']);
  expect(convertCommand('v', { name: 'fast', copies: 3 })).toEqual(['volume', 'set', 'v', 'user.ganeti.copies', '3']);
});

test('nodes are told of all volumes of pools, also of those that are stopped, and of no others', () => {
  const all = [
    volume('v', own),
    volume('mine', {}),
    volume('w', own, { started: false, bricks: [{ host: 'c', path: '/s/w', peer: 'c', arbiter: false }] }),
    volume('x', { 'user.ganeti.pool': 'by hand, and wrong' }),
  ];
  expect(knownPools(all)).toEqual([
    {
      name: 'fast',
      servers: ['a', 'b', 'c'].map((host) => ({ host, port: 24007 })),
      volumes: [
        { name: 'v', id: 'id-v' },
        { name: 'w', id: 'id-w' },
      ],
    },
  ]);
  expect(knownPools([])).toEqual([]);
});

describe('what nodes know of another glusterd', () => {
  const pool = (name: string, ids: readonly string[]) => ({
    name,
    servers: [{ host: name, port: 24007 }],
    volumes: ids.map((id) => ({ name: `gnt-${name}-${id}`, id })),
  });
  const here = new Set(['1', '2']);

  test('is kept, because nothing is known of it here', () => {
    expect(withOthers([pool('a', ['1'])], [pool('b', ['9']), pool('a', ['1', '3'])], here)).toEqual([
      pool('a', ['1']),
      pool('b', ['9']),
    ]);
    expect(withOthers([pool('a', ['1'])], [], here)).toEqual([pool('a', ['1'])]);
  });

  test('is not replaced by a pool of the same name', async () => {
    const other = { ...pool('a', ['1']), volumes: [{ name: 'gnt-a-1', id: '9' }] };
    const failure = await failureOf(() => withOthers([pool('a', ['1'])], [other], here));
    expect(failure).toMatchObject({ kind: 'unsupported', details: { hint: expect.stringContaining('such as a') } });
  });
});
