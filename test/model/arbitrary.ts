import fc from 'fast-check';
import { attach, detach } from './commands/attach.ts';
import { copy, erase, move, restore } from './commands/by-hand.ts';
import { configure, rename } from './commands/cluster.ts';
import { grow, snapshot } from './commands/copies.ts';
import { create } from './commands/create.ts';
import { read, writable, write } from './commands/data.ts';
import { adopt, link, putForeign, type Source } from './commands/foreign.ts';
import { close, open } from './commands/open.ts';
import { remove, undelete } from './commands/remove.ts';
import type { On, Step } from './commands/step.ts';
import { configurations, directories, volumes } from './configurations.ts';
import type { Mode, Name, Where } from './model.ts';

const weighted = <Value>(...choices: readonly (readonly [number, Value])[]): fc.Arbitrary<Value> =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

/** Few names and few places, so that the steps of a sequence meet each other. */
const letter = weighted<'A' | 'B'>([10, 'A'], [1, 'B']);
const name = weighted<Name>([16, 'A'], [2, 'B'], [1, 'A.snap']);
const where = weighted<Where>(
  [16, {}],
  [2, { volume: volumes[0] }],
  [2, { volume: volumes[1] }],
  [2, { pool: 'other' }],
  [1, { pool: 'main' }],
);
/** One in eight. */
const blind = weighted([7, false], [1, true]);
const mode = weighted<Mode>([3, 'exclusive'], [1, 'shared']);
const source: fc.Arbitrary<Source> = fc.oneof(fc.constant('foreign'), fc.nat(3));
const place = fc.record({ volume: fc.constantFrom(...volumes), directory: fc.constantFrom(...directories) });

/** Any step on one of that many nodes, some more often than others. */
export function anyStep(nodes: number): readonly fc.Arbitrary<Step>[] {
  const node = fc.nat(nodes - 1);
  const on: fc.Arbitrary<On> = fc.record({ node, name, where, blind });
  const clone = fc.option(letter, { nil: undefined, freq: 8 });
  const steps: readonly (readonly [number, fc.Arbitrary<Step>])[] = [
    [6, fc.tuple(on, clone).map(([given, of]) => create(given, of))],
    [6, on.map(attach)],
    [5, fc.tuple(on, mode).map(([given, how]) => open(given, how))],
    [6, fc.tuple(on, fc.constantFrom(...writable)).map(([given, offset]) => write(given, offset))],
    [2, on.map(read)],
    [2, on.map(close)],
    [4, on.map(detach)],
    [5, on.map(remove)],
    [4, fc.record({ node, name: letter, where, blind }).map(snapshot)],
    [2, on.map(grow)],
    [2, on.map(undelete)],
    [1, fc.constant(putForeign())],
    [2, fc.tuple(on, source).map(([given, of]) => link(given, of))],
    [2, fc.tuple(on, source).map(([given, of]) => adopt(given, of))],
    [2, name.map(restore)],
    [2, fc.tuple(name, place).map(([given, to]) => move(given, to))],
    [1, fc.tuple(name, place).map(([given, to]) => copy(given, to))],
    [1, name.map(erase)],
    [1, node.map(rename)],
    [2, fc.constantFrom(...configurations).map(configure)],
  ];
  return steps.flatMap(([weight, arbitrary]) => Array.from({ length: weight }, () => arbitrary));
}
