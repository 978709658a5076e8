import { describe, expect, test } from 'vitest';
import { neededBy } from '#gluster/change/brick-move.ts';
import { intentOf, intentText } from '#gluster/change/intent.ts';
import { differenceIn, doubtAbout, lostBy } from '#gluster/change/proof.ts';
import { summaryIn } from '#gluster/glusterd/heal.ts';
import { well, without } from '../glusterd/observed.ts';

const { volume } = well(3);
const [first = '', ...others] = volume.bricks.map(({ host, path }) => `${host}:${path}`);
const fine = [first, ...others].map((brick) => ({ brick, connected: true, entries: 0 }));

describe('what heal info has against a volume', () => {
  test('nothing, when every brick says that nothing waits', () => {
    expect(doubtAbout(volume, fine)).toBeUndefined();
  });

  test.each([
    ['a brick that it leaves out', fine.slice(1), `heal info does not know brick ${first}, or cannot reach it`],
    [
      'one that it cannot reach',
      fine.map((one) => ({ ...one, connected: one.brick !== first })),
      `heal info does not know brick ${first}, or cannot reach it`,
    ],
    [
      'one without a number',
      fine.map((one) => ({ ...one, entries: undefined })),
      `heal info lists an unknown number of entries of brick ${first}`,
    ],
    ['one with entries', fine.map((one) => ({ ...one, entries: 3 })), `heal info lists 3 entries of brick ${first}`],
  ])('%s', (_, summary, expected) => {
    expect(doubtAbout(volume, summary)).toBe(expected);
  });

  test('is read as gluster prints it', () => {
    const brick = { name: first, status: 'Connected', totalNumberOfEntries: '0' };
    const away = { name: 'x:/y', status: 'Transport endpoint is not connected', totalNumberOfEntries: '-' };
    expect(summaryIn({ healInfo: { bricks: { brick: [brick, away] } } })).toEqual([
      { brick: first, connected: true, entries: 0 },
      { brick: 'x:/y', connected: false, entries: undefined },
    ]);
  });
});

test('what the comparison of bricks has against them', () => {
  const same = { files: 3, differences: [], changing: [], isPart: false };
  expect(differenceIn(same)).toBeUndefined();
  const missing = { path: 'a', problem: 'is missing on x', missingOn: ['x'] };
  expect(differenceIn({ ...same, differences: [missing] })).toBe('a is missing on x');
  expect(differenceIn({ ...same, changing: ['b'] })).toBe('b is not the same on all bricks');
  expect(differenceIn({ ...same, isPart: true })).toBe('not all files were compared');
});

test('only what one brick alone lacks is lost by it', () => {
  const at = (path: string, ...missingOn: string[]) => ({ path, problem: 'differs', missingOn });
  const differences = [at('a', 'x'), at('b', 'x', 'y'), at('c'), at('d', 'y')];
  expect(lostBy('x', { files: 4, differences, changing: [], isPart: false })).toEqual(['a']);
});

describe('what is under way on a volume', () => {
  const holding = (text: string) => intentOf({ options: new Map([['user.ganeti.intent', text]]) });

  test('is read as it was written', () => {
    const intent = { from: first, to: 'node4:/b', stage: 'copying', run: '1' } as const;
    expect(holding(intentText(intent))).toEqual(intent);
    expect(holding(intentText(undefined))).toBeUndefined();
    expect(intentOf({ options: new Map() })).toBeUndefined();
  });

  test('stays a text when another version wrote it', () => {
    for (const text of [
      '{"from":"a:/b"}',
      '{"from":"a:/b","to":"c:/d","stage":"adding"}',
      'add-brick',
      '{"from":"a:/b","to":"c:/d","stage":"wiping"}',
    ])
      expect(holding(text)).toBe(text);
  });
});

describe('a new brick that is to be taken out', () => {
  const complete = well(3);
  const [one, two, three] = complete.volume.bricks;
  if (one === undefined || two === undefined || three === undefined) throw new Error('three bricks');

  test('may be away itself', () => {
    expect(neededBy(complete, three, new Set())).toBeUndefined();
    expect(neededBy(without(complete, 3), three, new Set())).toBeUndefined();
  });

  test('is needed while another one is away, or nothing is known of it', () => {
    expect(neededBy(without(complete, 2), three, new Set())).toBe(
      `brick ${two.host}:${two.path} does not run: start it first`,
    );
    expect(neededBy({ ...complete, status: 'glusterd does not answer' }, three, new Set())).toBe(
      'glusterd does not answer',
    );
    expect(neededBy({ ...complete, status: undefined }, three, new Set())).toMatch(/is stopped$/);
  });

  test('does without a brick that is gone for good, while the first and another one run', () => {
    const four = well(4);
    const [, second, , last] = four.volume.bricks;
    if (second === undefined || last === undefined) throw new Error('four bricks');
    const gone = (number: number): ReadonlySet<string> => new Set([four.volume.bricks[number - 1]?.peer ?? '']);
    expect(neededBy(without(four, 2), last, gone(2))).toBeUndefined();
    expect(neededBy(without(four, 2), last, gone(3))).toContain('does not run');
    expect(neededBy(without(four, 1), last, gone(1))).toContain('does not run');
    expect(neededBy(without(complete, 2), three, gone(2))).toContain('does not run');
  });
});
