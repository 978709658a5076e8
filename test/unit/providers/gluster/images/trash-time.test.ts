import { describe, expect, test } from 'vitest';
import { judge, type Sighting, sight } from '#gluster/images/trash-time.ts';
import type { Clock } from '#gluster/leases/published-runs.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** An entry of this pool was removed at 0, so that its time is over at seven days. */
const keep = 7 * day;
const entry = { until: keep, keep };

function heard(days: number, run = '1'): Clock {
  return { node: 'b.lab', boot: run, at: days * day };
}

describe('an entry that is kept for seven days', () => {
  /**
   * Days by this node's clock and since the entry was seen first; since it looked expired first; what others said then,
   * and say now.
   */
  type Row = readonly [
    what: string,
    now: number,
    seen: number,
    expired: number | undefined,
    then: readonly Clock[],
    others: readonly Clock[],
    action: string,
  ];
  test.each<Row>([
    ['waits before its time', 6.9, 6.9, undefined, [], [heard(6.8)], 'wait'],
    ['waits before its time, whatever others say', 6.9, 6.9, undefined, [], [heard(30)], 'wait'],
    ['is purged when two clocks say so', 8, 0, 0, [heard(7.5)], [heard(7.5)], 'purge'],
    ['is kept when one clock is ahead', 30, 0, 0, [heard(0.1)], [heard(0.1)], 'keep'],
    ['is kept when one clock is ahead for days, and others deny it', 30, 5, 5, [heard(0.1)], [heard(3)], 'keep'],
    ['is kept when two clocks are ahead and a third denies it', 30, 1, 1, [], [heard(31), heard(3, '2')], 'keep'],
    ['is kept on the only node, at first', 30, 0, 0, [], [], 'keep'],
    ['is kept on the only node for less than a day', 30, 0.9, 0.9, [], [], 'keep'],
    ['is purged on the only node after a day', 30, 1, 1, [], [], 'purge'],
    ['is purged after a day when nobody else was heard of', 30, 1, 1, [heard(0.1)], [heard(0.1)], 'purge'],
    ['is purged when its time really went by', 7, 7, 0, [], [], 'purge'],
    ['is purged when its time really went by, whoever denies it', 7, 7, 0, [], [heard(6)], 'purge'],
  ])('%s', (_, now, seen, expired, then, others, action) => {
    const uptime = 100 * day;
    const sighting: Sighting = {
      seen: uptime - seen * day,
      ...(expired === undefined ? {} : { expired: { at: uptime - expired * day, others: then } }),
    };
    expect(judge(entry, { now: now * day, uptime, others }, sighting).action).toBe(action);
  });

  test('is kept with a reason', () => {
    const clocks = { now: 30 * day, uptime: hour, others: [heard(0.1)] };
    const first = sight(undefined, entry.until, clocks);
    expect(judge(entry, clocks, first)).toMatchObject({ why: expect.stringMatching(/only the clock .* or for 24 h/) });
    const later = { now: 30 * day + hour, uptime: 2 * hour, others: [heard(0.2)] };
    const second = sight(first, entry.until, later);
    expect(second.expired).toEqual(first.expired);
    expect(judge(entry, later, second)).toMatchObject({
      why: expect.stringMatching(/clock of b\.lab/),
      disagree: true,
    });
  });

  test('begins anew to look expired after a clock was put right', () => {
    const ahead = sight(undefined, entry.until, { now: 30 * day, uptime: hour, others: [] });
    const right = sight(ahead, entry.until, { now: day, uptime: 2 * hour, others: [] });
    expect(right).toEqual({ seen: hour });
  });
});

test('an entry that is kept for an hour waits an hour for another clock, not a day', () => {
  const short = { until: hour, keep: hour };
  const at = (uptime: number): string =>
    judge(short, { now: 30 * day, uptime, others: [] }, { seen: 0.5 * hour, expired: { at: 0.5 * hour, others: [] } })
      .action;
  expect([at(hour), at(1.5 * hour)]).toEqual(['keep', 'purge']);
});
