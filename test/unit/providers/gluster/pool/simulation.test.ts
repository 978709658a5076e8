import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Stretch, simulate } from './simulation.ts';

/** Nodes, volumes at the end, bricks copied, most of them for one node, TiB copied, fewest copies of a volume. */
function rows(stretches: readonly Stretch[]): readonly string[] {
  return stretches.map(({ nodes, volumes, moves, mostMoves, copied, fewestCopies }) =>
    [nodes, volumes, moves, mostMoves, copied, fewestCopies].join(' | '),
  );
}

test('a hundred nodes join one by one, then all but four leave: no step of any plan breaks a rule', () => {
  const { joins, leaves } = simulate();
  expect(rows(joins)).toEqual([
    '1 to 3 | 3 | 5 | 3 | 2.5 | 1',
    '4 to 4 | 4 | 2 | 2 | 1 | 2',
    '5 to 12 | 11 | 8 | 3 | 4 | 3',
    '13 to 50 | 55 | 53 | 4 | 26.5 | 3',
    '51 to 100 | 121 | 83 | 4 | 41.5 | 3',
  ]);
  expect(rows(leaves)).toEqual([
    '1 to 50 | 59 | 158 | 6 | 79 | 3',
    '51 to 88 | 8 | 125 | 6 | 62.5 | 3',
    '89 to 96 | 2 | 5 | 3 | 2.5 | 3',
  ]);
  const page = readFileSync('docs/pool.md', 'utf8').replaceAll(/ {2,}/g, ' ');
  for (const row of [...rows(joins), ...rows(leaves)]) expect(page).toContain(`| ${row} |`);
});
