import { withLock } from '#src/lock.ts';
import { askAhead, mountPatience } from '#src/mounts.ts';
import { isMounted, mountPoint } from './mount-points.ts';
import { readRecord } from './records.ts';

/**
 * Does something with an image of a name under this node's lock on the name, as withLock does. The volume on which this
 * node saw the image last is asked meanwhile whether it answers: the two take as long as one of them.
 */
export async function withImageLock<Result>(
  name: string,
  task: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const record = readRecord(name);
  if (record !== undefined && isMounted(record.pool, record.volume))
    askAhead(mountPoint(record.pool, record.volume), mountPatience.untilHung);
  return await withLock(name, task, action);
}
