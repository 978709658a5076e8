import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type Lease, nameOfState, parseState } from '#gluster/leases/decide.ts';
import { bootOf, knowledge, started } from '../nodes.ts';

const since = new Date(started - 300_000).toISOString().replace('.000', '');

/**
 * `a:x` is an exclusive lease of node a, `a:s` a shared one; `a:x0` one of its earlier run. Each machine is named as
 * its node; all but f are hexadecimal digits.
 */
function lease(text: string): Lease {
  const [node = '', mode = ''] = text.split(':');
  return {
    node: `${node}.lab`,
    mode: mode.startsWith('s') ? 'shared' : 'exclusive',
    since,
    boot: bootOf(mode.endsWith('0') ? '0' : '1', node),
  };
}

function leases(text: string): readonly Lease[] {
  return text === '' ? [] : text.split(' ').map(lease);
}

/** This is node a. Node e is offline, node f has been restarted, nothing is known against the others. */
const known = knowledge({
  nodes: ['a.lab', 'b.lab', 'c.lab', 'e.lab', 'f.lab'],
  offline: ['e.lab'],
  offlineWritten: Date.parse(since) + 1,
  published: [
    { node: 'b.lab', boot: bootOf('1', 'b') },
    { node: 'f.lab', boot: bootOf('2', 'f') },
  ],
});

/** The same as another node sees it. */
function seenFrom(node: string) {
  const self = { ...known.self, name: `${node}.lab`, hostName: `${node}.lab`, machine: node.repeat(12) };
  return { ...known, self: { ...self, boot: bootOf('1', node) } };
}

function outcome(own: string, there: string): string {
  const short = (list: readonly Lease[]): string =>
    list
      .map(({ node, mode, boot }) => `${node[0]}:${mode[0] === 's' ? 's' : 'x'}${boot.startsWith('0') ? '0' : ''}`)
      .join(' ');
  const decision = decide(lease(own), leases(there), seenFrom(own[0] ?? ''));
  if (decision.action === 'keep') return 'keep';
  if (decision.action === 'refuse') return `refuse ${short(decision.holders)}`;
  return `take ${short(decision.leases)}${decision.broken.length === 0 ? '' : `, breaks ${short(decision.broken)}`}`;
}

describe('what becomes of the leases', () => {
  test.each([
    // Nobody else.
    ['a:x', '', 'take a:x'],
    ['a:s', '', 'take a:s'],
    ['a:x', 'a:x', 'keep'],
    ['a:s', 'a:s', 'keep'],
    ['a:x', 'a:s', 'take a:x'],
    ['a:s', 'a:x', 'take a:s'],
    // An earlier run of this node.
    ['a:x', 'a:x0', 'take a:x'],
    ['a:x', 'a:s0', 'take a:x'],
    ['a:s', 'a:s0 b:s', 'take b:s a:s'],
    ['a:x', 'a:x0 a:x', 'take a:x'],
    // Another living node.
    ['a:x', 'b:x', 'refuse b:x'],
    ['a:s', 'b:x', 'refuse b:x'],
    ['a:x', 'b:s', 'refuse b:s'],
    ['a:x', 'a:s b:s', 'refuse b:s'],
    ['a:s', 'b:s', 'take b:s a:s'],
    ['a:s', 'a:s b:s', 'keep'],
    ['a:s', 'a:x b:s', 'take b:s a:s'],
    // A third node.
    ['a:s', 'b:s c:s', 'refuse b:s c:s'],
    ['a:x', 'b:s c:s', 'refuse b:s c:s'],
    // Dead ones.
    ['a:x', 'e:x', 'take a:x, breaks e:x'],
    ['a:x', 'f:x', 'take a:x, breaks f:x'],
    ['a:s', 'e:x', 'take a:s, breaks e:x'],
    ['a:x', 'a:s e:s', 'take a:x, breaks e:s'],
    ['a:x', 'a:x f:s', 'take a:x, breaks f:s'],
    ['a:x', 'e:s f:s', 'take a:x, breaks e:s f:s'],
    ['a:s', 'e:s b:s', 'take b:s a:s, breaks e:s'],
    ['a:s', 'e:s b:x', 'refuse b:x'],
    ['a:x', 'e:s b:s', 'refuse b:s'],
  ])('%s, where there is "%s": %s', (own, there, expected) => {
    expect(outcome(own, there)).toBe(expected);
  });

  test('a node that is marked offline keeps its own leases on itself', () => {
    expect(outcome('e:x', 'e:x')).toBe('keep');
    expect(outcome('f:x', 'f:x')).toBe('keep');
  });
});

describe('leases that look like this node’s', () => {
  const of = (node: string, run: string, machine: string): Lease => ({
    node: `${node}.lab`,
    mode: 'exclusive',
    since,
    boot: bootOf(run, machine),
  });
  const own = lease('a:x');
  test.each([
    ['another machine of this name', of('a', '9', 'b'), {}, 'refuse'],
    ['this machine under a name that is gone', of('d', '0', 'a'), {}, 'take'],
    ['this run under a name that is gone', of('d', '1', 'a'), {}, 'keep'],
    ['another node with this machine id', of('b', '9', 'a'), {}, 'refuse'],
    ['another machine with this identity', of('a', '9', 'a'), { twins: [bootOf('9', 'a')] }, 'refuse'],
  ] as const)('%s', (_, there, changes, action) => {
    const decision = decide(own, [there], { ...known, ...changes });
    expect(decision.action).toBe(action);
    if (decision.action === 'take') expect(decision).toMatchObject({ leases: [own], broken: [] });
  });

  test('another machine with this identity is not dead because of what this one published', () => {
    const published = [{ node: 'a.lab', boot: own.boot }];
    const twins = [bootOf('9', 'a')];
    expect(decide(own, [of('a', '9', 'a')], { ...known, published, twins }).action).toBe('refuse');
  });

  test('one of this run from before leases told the machine is written anew', () => {
    const old = { ...own, boot: known.self.oldBoot };
    expect(decide(own, [old], known)).toEqual({ action: 'take', leases: [own], broken: [] });
  });
});

describe('migrations, as Ganeti calls open and close', () => {
  test.each([
    ['that works', 'close b, open a:s, open b:s, close a, open b:x, close a', 'b:x'],
    ['that fails, and is taken back', 'close b, open a:s, open b:s, close b, close b, open a:x', 'a:x'],
    ['whose target is never closed', 'close b, open a:s, open b:s, open a:x!', 'a:s b:s'],
    ['whose target is closed by --cleanup', 'close b, open a:s, open b:s, close b, open a:x', 'a:x'],
    ['that turns out to have worked, after --cleanup', 'close b, open a:s, open b:s, close a, open b:x', 'b:x'],
    [
      'whose target is never closed, tried again',
      'open a:s, open b:s, close b, open a:s, open b:s, close a, open b:x',
      'b:x',
    ],
    ['whose target is never closed, to a third node', 'open a:s, open b:s, close c, open a:s, open c:s!', 'a:s b:s'],
    ['whose source restarts the guest that runs on the target', 'open a:s, open b:s, close a, open a:x!', 'b:s'],
    ['whose target fails over', 'open a:s, open b:s, close a, open b:x', 'b:x'],
    ['back again', 'open a:s, open b:s, close a, open b:x, close a, open b:s, open a:s, close b, open a:x', 'a:x'],
  ])('one %s', (_, steps, end) => {
    let there = leases('a:x');
    for (const step of steps.split(', ')) {
      const [verb, text = ''] = step.split(' ');
      const own = lease(text.replace('!', ''));
      const decision = decide(own, there, seenFrom(text[0] ?? ''));
      if (verb === 'close') there = there.filter(({ node }) => node !== own.node);
      else expect(decision.action === 'refuse', step).toBe(text.endsWith('!'));
      if (verb === 'open' && decision.action === 'take') there = decision.leases;
      const exclusive = there.filter(({ mode }) => mode === 'exclusive').length;
      expect(exclusive === 0 || there.length === 1, step).toBe(true);
    }
    expect([...there].sort((one, other) => one.node.localeCompare(other.node))).toEqual(leases(end));
  });
});

describe('the name of the file', () => {
  const anyLease = fc.record({
    node: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
    mode: fc.constantFrom('exclusive', 'shared'),
    since: fc.constant(since),
    boot: fc.stringMatching(/^([0-9a-f]{12}-[0-9]{1,10}|[0-9a-f]{8}-[0-9a-f]{12})$/),
  });

  test('reads back, and fits whatever the nodes are called', () => {
    const anyState = fc.record({ generation: fc.nat(), leases: fc.array(anyLease, { maxLength: 2 }) });
    fc.assert(
      fc.property(anyState, (state) => {
        const name = nameOfState(state as Parameters<typeof nameOfState>[0]);
        expect(name.length).toBeLessThanOrEqual(255);
        expect(parseState(name)).toEqual(state);
      }),
    );
  });

  test('is read by versions that knew only the host name, as a lease of another run', () => {
    // Their pattern, as it was.
    const pattern = /^([A-Za-z0-9][A-Za-z0-9._-]*)@(exclusive|shared)@(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)@([0-9a-f-]+)$/;
    const [, text = ''] = nameOfState({ generation: 1, leases: [lease('a:x')] }).split(',');
    expect(pattern.exec(text)?.slice(1)).toEqual(['a.lab', 'exclusive', since, bootOf('1', 'a')]);
  });

  test.each(['', 'x', '.nfs1', '1,', '1,a', '1,a@both@2026-01-01T10:00:00Z@0', '-1', '1,a@shared@soon@0', '1 '])(
    '%j is none',
    (name) => {
      expect(parseState(name)).toBeUndefined();
    },
  );
});
