import { withLock } from '#src/lock.ts';
import { askAhead, mountPatience } from '#src/mounts.ts';
import { mountedVolumes, mountPoint } from './mount-points.ts';
import { readRecord } from './records.ts';

/**
 * Does something with an image of a name under this node's lock on the name, as withLock does. Meanwhile the mounted
 * volumes are asked whether they answer: the one on which this node saw the image last, or all where it is looked for
 * everywhere. The two take as long as one of them.
 */
export async function withImageLock<Result>(
  name: string,
  task: string,
  action: () => Promise<Result>,
  { everywhere = false } = {},
): Promise<Result> {
  const record = everywhere ? undefined : readRecord(name);
  const asked = mountedVolumes().filter(
    ({ pool, volume }) => record === undefined || (pool === record.pool && volume === record.volume),
  );
  askAhead(
    asked.map(({ pool, volume }) => mountPoint(pool, volume)),
    mountPatience.untilHung,
  );
  return await withLock(name, task, action);
}
