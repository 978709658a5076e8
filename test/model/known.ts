import { attach, detach } from './commands/attach.ts';
import { copy } from './commands/by-hand.ts';
import { configure, rename } from './commands/cluster.ts';
import { grow, snapshot } from './commands/copies.ts';
import { create } from './commands/create.ts';
import { writable, write } from './commands/data.ts';
import { adopt, link } from './commands/foreign.ts';
import { close, open } from './commands/open.ts';
import { remove } from './commands/remove.ts';
import type { On, Step } from './commands/step.ts';
import { configurations } from './configurations.ts';
import type { Name, Where } from './model.ts';

const on = (node: number, name: Name = 'A', where: Where = {}): On => ({ node, name, where, blind: true });
const copyOf = (node: number): On & { readonly name: 'A' } => ({ node, name: 'A', where: {}, blind: true });
const [start, second, third] = writable;
const called = (part: string): readonly Step[] =>
  configurations.filter(({ what }) => what.includes(part)).map((configuration) => configure(configuration));

/**
 * Sequences that once led to lost data or to two that write, by what must be so. They are tried before generated ones.
 */
export const known: Readonly<Record<string, readonly Step[]>> = {
  'what is written after an image was made anew elsewhere is in the new image': [
    create(on(0), undefined),
    attach(on(0)),
    remove(on(1)),
    create(on(1), undefined),
    attach(on(0)),
    open(on(0), 'exclusive'),
    write(on(0), start),
    detach(on(0)),
  ],
  'an image that was removed elsewhere cannot be attached': [
    create(on(0), undefined),
    attach(on(0)),
    remove(on(1)),
    attach(on(0)),
  ],
  'what was moved to the trash elsewhere, and met there, is detached': [
    ...called('trash'),
    create(on(0), undefined),
    attach(on(1)),
    remove(on(0)),
    adopt(on(1), 2),
    detach(on(1)),
  ],
  'an image that grew elsewhere is attached with the size that it has': [
    create(on(0), undefined),
    attach(on(1)),
    grow(on(0)),
    attach(on(1)),
  ],
  'a snapshot that was finished before another node wrote does not pass for a new one': [
    create(on(0), undefined),
    snapshot(copyOf(0)),
    attach(on(1)),
    open(on(1), 'exclusive'),
    write(on(1), second),
    write(on(1), third),
    detach(on(1)),
    snapshot(copyOf(0)),
  ],
  'an image of another pool is no file to link': [
    create(on(0, 'A', { pool: 'other' }), undefined),
    open(on(0, 'A', { pool: 'other' }), 'exclusive'),
    link(on(1, 'B'), 0),
    open(on(1, 'B'), 'exclusive'),
  ],
  'an image of another pool is no file to adopt': [
    create(on(0, 'A', { pool: 'other' }), undefined),
    adopt(on(1, 'B'), 0),
  ],
  'a name that is on one volume is not made on another one': [
    create(on(0, 'A', { volume: 'model2' }), undefined),
    create(on(1, 'B', { volume: 'model2' }), undefined),
    create(on(1, 'B', { volume: 'model1' }), undefined),
  ],
  'of two images of one name none is opened': [
    create(on(0, 'A', { volume: 'model1' }), undefined),
    copy('A', { volume: 'model2', directory: 'images' }),
    open(on(0), 'exclusive'),
    open(on(1, 'A', { volume: 'model2' }), 'exclusive'),
  ],
  'of two images of one name that in the pool of the call is found, on whichever volume': [
    create(on(0, 'A', { volume: 'model1' }), undefined),
    copy('A', { volume: 'model1', directory: 'other' }),
    attach(on(1, 'A', { volume: 'model2' })),
    detach(on(1)),
    remove(on(0, 'A', { volume: 'model2' })),
  ],
  'what a node attached is what it opens, whatever is put beside it': [
    create(on(0, 'A', { volume: 'model2' }), undefined),
    attach(on(0)),
    copy('A', { volume: 'model1', directory: 'images' }),
    open(on(0), 'exclusive'),
    open(on(1), 'exclusive'),
    close(on(0)),
  ],
  'what a node has open is what grows there, whichever pool is the default by now': [
    create(on(0, 'A', { pool: 'other' }), undefined),
    copy('A', { volume: 'model2', directory: 'images' }),
    open(on(1), 'exclusive'),
    ...called('default_pool'),
    grow(on(1)),
    grow(on(0)),
    close(on(1)),
  ],
  'a node keeps its image when it is renamed': [
    create(on(0), undefined),
    attach(on(0)),
    open(on(0), 'exclusive'),
    rename(0),
    open(on(0), 'exclusive'),
    open(on(1), 'exclusive'),
    close(on(0)),
    open(on(1), 'exclusive'),
  ],
  'remove does not say 0 and leave the image in a pool that was the default': [
    create(on(0), undefined),
    ...called('default_pool'),
    remove(on(0)),
  ],
};
