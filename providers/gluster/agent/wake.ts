import { answers, mountPatience, mounts } from '#src/mounts.ts';

/**
 * Asks each mount of a volume on this node a question, and returns how many there are. A FUSE client takes a change of
 * its volume over with the next thing that it is asked: until then one that nobody uses stays connected as it was.
 */
export async function wakeMounts(volume: string): Promise<number> {
  const points = mounts()
    .filter(
      ({ type, source }) =>
        type === 'fuse.glusterfs' && [`:/${volume}`, `:${volume}`].some((end) => source.endsWith(end)),
    )
    .map(({ point }) => point);
  await Promise.all(points.map((point) => answers(point, mountPatience.usual)));
  return points.length;
}
