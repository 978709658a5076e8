import { expect, test } from 'vitest';
import { startNode } from '../../../help.ts';

/** Gets a signal twice while a command runs, and has something to take back. */
const workerOf = (signal: string): string => `
import { followed } from '#gluster/admin/follow.ts';
import { run } from '#src/exec.ts';
await followed('volume v', async ({ tell, isStopped }) => {
  // The first one loads the library that starts it.
  await run(['true']);
  for (const time of [100, 300]) setTimeout(() => process.kill(process.pid, '${signal}'), time);
  try {
    await run(['sleep', '1']);
    tell(isStopped() ? 'stopped' : 'not told');
  } finally {
    tell('taken back');
  }
});
`;

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s does not end long work before it has ended', async (signal) => {
  const { ended } = startNode(['--input-type=module', '--eval', workerOf(signal)]);
  expect(await ended).toMatchObject({ exitCode: 0, stderr: 'volume v: stopped\nvolume v: taken back\n' });
});
