import type { Pool } from '#gluster/configuration/pool.ts';
import { nameOf, placeIn, type Volume, type VolumeBrick, volumes } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { unknown } from '#src/parameters.ts';
import type { CommandInput } from './command.ts';
import { poolVolume, poolWith } from './pool-volume.ts';
import { poolsOf } from './volumes.ts';

/** A brick, and the volume that it is one of. */
interface FoundBrick {
  readonly volume: Volume;
  readonly brick: VolumeBrick;
}

/** The brick of a pool that the operand names, and that pool. Throws a Failure of kind invalid when there is none. */
export async function brickOf(input: CommandInput): Promise<FoundBrick & { readonly pool: Pool }> {
  const [operand = ''] = input.operands;
  const [pools, known] = [await poolsOf(input), await volumes()];
  const names = pools.flatMap((pool) => pool.volumes);
  const { volume, brick } = await brickNamed(
    operand,
    known.filter(({ name }) => names.includes(name)),
  );
  const pool = await poolWith(volume.name, input);
  return { pool, volume: await poolVolume(pool, volume.name, known), brick };
}

/** The brick HOST:/PATH among those of some volumes. Throws a Failure of kind invalid when there is none. */
export async function brickNamed(operand: string, known: readonly Volume[]): Promise<FoundBrick> {
  const bricks = known.flatMap((volume) => volume.bricks.map((brick) => ({ volume, brick })));
  const found = bricks.find(({ brick }) => nameOf(brick) === operand);
  if (found !== undefined) return found;
  const hint = 'gnt-gluster pool status -o +bricks';
  const place = placeIn(operand);
  if (place === undefined)
    throw new Failure('invalid', `${JSON.stringify(operand)} is not HOST:/PATH of a brick`, { hint });
  if (bricks.length === 0) throw new Failure('invalid', 'the glusterd of this node has no volume of a pool', { hint });
  const isNear = ({ brick }: FoundBrick): boolean => brick.host === place.host || brick.path === place.path;
  const near = bricks.some(isNear) ? bricks.filter(isNear) : bricks;
  const names = near.map(({ brick }) => nameOf(brick));
  throw new Failure('invalid', await unknown('brick', operand, names), { hint });
}
