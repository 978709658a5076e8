import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brickNamed } from '#gluster/admin/pool-brick.ts';
import { requireStartable } from '#gluster/admin/pool-brick-start.ts';
import { nameOf, type Volume, type VolumeBrick } from '#gluster/glusterd/volumes.ts';
import { failureOf } from '../../../help.ts';
import { well, without } from '../glusterd/observed.ts';

const complete = well(3);
const [, second] = complete.volume.bricks as readonly [VolumeBrick, VolumeBrick];

describe('a brick is found by HOST:/PATH', () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
  const path = fc.array(fc.stringMatching(/^[\w.@:+-]{1,8}$/), { minLength: 1, maxLength: 4 });
  const place = fc.record({ host, path: path.map((parts) => `/${parts.join('/')}`) });
  const places = fc.uniqueArray(place, { minLength: 1, maxLength: 9, selector: nameOf });

  test('among those of all volumes, also where the host is an address', async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.nat(), async (all, number) => {
        const known = all.map((one, index): Volume => {
          const brick = { ...one, peer: `id${index}`, arbiter: false };
          return { ...complete.volume, name: `v${index}`, bricks: [brick] };
        });
        const index = number % all.length;
        const { volume, brick } = await brickNamed(nameOf(all[index] ?? second), known);
        expect([volume.name, brick.peer]).toEqual([`v${index}`, `id${index}`]);
      }),
    );
  });

  test('what is none is refused, with what there is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        fc.pre(!complete.volume.bricks.some((brick) => nameOf(brick) === text));
        const failure = await failureOf(() => brickNamed(text, [complete.volume]));
        expect([failure.kind, failure.details.hint]).toEqual(['invalid', 'gnt-gluster pool status -o +bricks']);
      }),
    );
    expect((await failureOf(() => brickNamed('node1', [complete.volume]))).message).toContain('is not HOST:/PATH');
    expect((await failureOf(() => brickNamed('node2:/c', [complete.volume]))).message).toBe(
      'unknown brick "node2:/c"; did you mean node2:/b? (known: node2:/b)',
    );
    expect((await failureOf(() => brickNamed('node2:/b', []))).message).toContain('has no volume of a pool');
  });
});

describe('a brick is started', () => {
  const down = without(complete, 2);
  const changed = (change: Partial<Volume>) => ({ ...down, volume: { ...down.volume, ...change } });
  const away = down.peers.map((peer) => ({ ...peer, connected: peer.id !== second.peer }));
  const intent = new Map([['user.ganeti.intent', '{}']]);

  test('unless it runs', () => {
    expect(requireStartable(complete, second)).toBe(true);
    expect(requireStartable(without(complete, 3), second)).toBe(true);
    expect(requireStartable(down, second)).toBe(false);
  });

  test.each([
    ['its volume is stopped', { ...changed({ started: false }), status: undefined }, 'volume v is stopped'],
    ['nothing is known', { ...down, status: 'Locking failed' }, 'what runs of volume v is not known: Locking failed'],
    ['its glusterd is away', { ...down, peers: away }, 'the glusterd of node2 does not answer'],
    ['a change is under way', changed({ options: intent }), 'another change of volume v is under way'],
  ])('and not where %s', async (_, observed, message) => {
    const failure = await failureOf(() => requireStartable(observed, second));
    expect(failure.message).toBe(message);
    expect(failure.details.hint).toBeDefined();
  });
});
