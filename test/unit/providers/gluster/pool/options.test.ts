import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rules, type Shape } from '#gluster/pool/option-rules.ts';
import { isSame } from '#gluster/pool/option-values.ts';
import { settingsOf } from '#gluster/pool/options.ts';

const shapes: readonly Shape[] = [1, 2, 3, 4].flatMap((copies) => [1, 2, 3].map((peers) => ({ copies, peers })));

/** What holds where every option is as it is wanted. */
function wanted(shape: Shape): Map<string, string> {
  return new Map(settingsOf(new Map(), shape).map((setting) => [setting.option, setting.wanted]));
}

function differing(values: ReadonlyMap<string, string>, shape: Shape = { copies: 3, peers: 3 }): readonly string[] {
  return settingsOf(values, shape).flatMap(({ option, state }) => (state === 'ok' ? [] : [option]));
}

test.each(shapes)('with $copies copies and $peers peers an option has one rule at most', (shape) => {
  const options = settingsOf(new Map(), shape).map(({ option }) => option);
  expect(options).toHaveLength(new Set(options).size);
});

test.each(shapes)('with $copies copies and $peers peers, what is wanted is good', (shape) => {
  expect(differing(wanted(shape), shape)).toEqual([]);
});

test.each([
  ['cluster.quorum-type', 'none', true],
  ['performance.strict-o-direct', 'enable', false],
  ['performance.strict-o-direct', '1', true],
  ['performance.io-cache', 'False', false],
  ['network.remote-dio', 'enable', false],
  ['network.ping-timeout', '10', false],
  ['network.ping-timeout', '42', true],
  ['network.ping-timeout', '0', true],
  ['cluster.post-op-delay-secs', '0', true],
  ['performance.io-thread-count', '1', true],
  ['performance.io-thread-count', '64', false],
  ['cluster.data-self-heal-algorithm', '(null)', true],
  ['client.event-threads', '8', false],
])('%s of %s is told: %s', (option, value, isTold) => {
  const values = wanted({ copies: 3, peers: 3 }).set(option, value);
  expect(differing(values)).toEqual(isTold ? [option] : []);
});

test('sharding is never changed', () => {
  const values = wanted({ copies: 3, peers: 3 }).set('features.shard', 'off');
  const [setting] = settingsOf(values, { copies: 3, peers: 3 }).filter(({ state }) => state !== 'ok');
  expect(setting).toMatchObject({ option: 'features.shard', state: 'fixed', grade: 'should' });
});

test('a volume without copies needs other options than one with', () => {
  const single = wanted({ copies: 1, peers: 1 });
  expect(single.get('performance.io-thread-count')).toBe('1');
  expect([...single.keys()].filter((option) => option.startsWith('cluster.'))).toEqual(['cluster.lookup-optimize']);
});

test('two of two peers are no majority', () => {
  expect(wanted({ copies: 2, peers: 2 }).get('cluster.server-quorum-type')).toBe('none');
  expect(wanted({ copies: 2, peers: 2 }).has('cluster.quorum-type')).toBe(false);
});

test('whatever the values are, those that are applied once need no second time', () => {
  const value = fc.constantFrom('on', 'off', 'enable', 'disable', '0', '1', '20', '16', '(null)', 'auto', '', 'x y');
  const options = [...new Set(rules.map(({ option }) => option))];
  fc.assert(
    fc.property(fc.array(value, { minLength: options.length, maxLength: options.length }), (given) => {
      for (const shape of shapes) {
        const values = new Map<string, string>(options.map((option, index) => [option, given[index] ?? '']));
        for (const setting of settingsOf(values, shape))
          if (setting.state === 'differs') values.set(setting.option, setting.wanted);
        expect(differing(values, shape).filter((option) => option !== 'features.shard')).toEqual([]);
      }
    }),
  );
});

test.each([
  ['on', 'Enabled', true],
  ['off', 'no', true],
  ['enable', 'off', false],
  ['20', '20', true],
  ['1', 'on', false],
  ['full', 'Full', true],
])('wanted %s, found %s: the same is %s', (wish, value, same) => {
  expect(isSame(value, wish)).toBe(same);
});
