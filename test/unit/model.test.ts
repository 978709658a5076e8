import { describe, expect, test } from 'vitest';
import { type Configuration, configurations, configurationText, usual } from '../model/configurations.ts';
import { type Image, isStale, type Lookup, linksOf, lookup, newData, newModel, type Where } from '../model/model.ts';

const image = (volume: string, directory: string): Image => ({
  name: 'A',
  volume,
  directory,
  data: newData(`${volume}/${directory}`, 1),
  snapshot: false,
});
const inMain = image('model1', 'images');
const onTheOther = image('model2', 'images');
const inOther = image('model1', 'other');
const nowhere = image('model1', 'moved');
const called = (what: string): Configuration => configurations.find((known) => known.what === what) ?? usual;

test.each<[string, readonly Image[], Where, Configuration, Pick<Lookup, 'target' | 'refusals'>]>([
  ['nothing is missing', [], {}, usual, { refusals: [4] }],
  ['one is found', [inMain], {}, usual, { target: inMain, refusals: [] }],
  ['another volume of the pool', [inMain], { volume: 'model2' }, usual, { target: inMain, refusals: [] }],
  ['one of another pool may be found', [inOther], {}, usual, { target: inOther, refusals: [4, 5] }],
  ['of two in a pool none is chosen', [inMain, onTheOther], {}, usual, { refusals: [5] }],
  ['of two pools that of the call', [inMain, inOther], { pool: 'other' }, usual, { target: inOther, refusals: [5] }],
  ['of two pools, again', [inMain, inOther], { volume: 'model2' }, usual, { target: inMain, refusals: [5] }],
  ['a pool that is not configured', [], { pool: 'none' }, usual, { refusals: [4, 3] }],
  ['what no configuration leads to is missing', [nowhere], {}, usual, { refusals: [4, 3] }],
  ['what lies elsewhere now', [inMain], {}, called('default_pool = "other"'), { target: inMain, refusals: [4, 5] }],
  [
    'under a new name of its pool',
    [inMain],
    {},
    called('pool main is called "renamed"'),
    { target: inMain, refusals: [] },
  ],
])('looking for an image: %s', (_, images, where, configuration, wanted) => {
  const { target, refusals } = lookup({ ...newModel(2, configuration), images }, 'A', where);
  expect({ target, refusals }).toEqual({ target: wanted.target, refusals: wanted.refusals });
});

describe('a device', () => {
  const model = { ...newModel(1, usual), images: [inMain] };

  test('is stale when its file is no image any more', () => {
    model.nodes[0]?.attached.set('A', { device: '/dev/loop1', data: newData('removed', 1) });
    expect(isStale(model, 0, 'A')).toBe(true);
  });

  test('is not when the image was moved, or when there is none', () => {
    model.nodes[0]?.attached.set('A', { device: '/dev/loop1', data: inMain.data });
    expect(isStale(model, 0, 'A')).toBe(false);
    expect(isStale(model, 0, 'B')).toBe(false);
  });
});

test('a linked file has a name for every image that it is', () => {
  const { data } = inMain;
  const model = { ...newModel(1, usual), images: [inMain], foreign: { data } };
  expect(linksOf(model, data)).toBe(2);
  expect(linksOf({ ...model, trash: [inMain] }, data)).toBe(3);
});

test('every configuration is another one, with places of its lane only', () => {
  const texts = configurations.map((configuration) => configurationText(configuration, 3));
  expect(new Set(texts).size).toBe(configurations.length);
  for (const text of texts) expect(text.match(/^directory = "lane3\//gm)?.length).toBe(2);
});
