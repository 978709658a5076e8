import type { Volume } from '#gluster/glusterd/volumes.ts';

/** The options of a volume that say which pool it belongs to. glusterd keeps any option that begins with `user`. */
const poolOption = 'user.ganeti.pool';
const copiesOption = 'user.ganeti.copies';

/** What a pool wants of its volumes. */
export interface PoolWish {
  readonly name: string;
  /** How many copies each volume has. */
  readonly copies: number;
}

/** The pool that a volume belongs to; undefined for a volume that `gnt-gluster pool` did not make. */
export function poolOf({ options }: Pick<Volume, 'options'>): string | undefined {
  return options.get(poolOption);
}

/** How many copies the pool of a volume wants. */
export function wantedCopies({ options, copies }: Pick<Volume, 'options' | 'copies'>): number {
  return Number(options.get(copiesOption)) || copies;
}

/** The options that make a volume one of a pool. */
export function membership({ name, copies }: PoolWish) {
  return [
    { option: poolOption, wanted: name },
    { option: copiesOption, wanted: `${copies}` },
  ];
}
