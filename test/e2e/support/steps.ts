import { afterAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import { notTried } from '../../runner/report.ts';
import { guests } from './guests.ts';
import { leftovers } from './leftovers.ts';
import { lastComplaints, printLogs } from './logs.ts';
import { say } from './progress.ts';
import { resetCluster } from './reset.ts';

let failed: string | undefined;

/**
 * One step of the story a file tells. After a step that failed the later ones fail at once, instead of waiting long.
 */
export function step(name: string, action: () => Promise<void>): void {
  test(name, async () => {
    if (failed !== undefined) throw new Error(`${notTried}${failed}`);
    onTestFailed(async () => {
      failed = name;
      await printLogs();
    });
    try {
      await action();
      for (const guest of guests()) expect(guest.console.failures(), guest.name).toEqual([]);
    } catch (error) {
      // The end of a long log is all that some see of it.
      if (error instanceof Error) error.stack += `\n${await lastComplaints().catch(String)}`;
      throw error;
    }
  });
}

/**
 * The last step of every file, made whatever happened before: instances, backups and settings are taken back, and then
 * nothing is left.
 */
export function lastStep(): void {
  test('nothing is left when the instances are removed', async () => {
    await resetCluster();
    for (const guest of guests()) guest.console.close();
    expect(await leftovers()).toEqual([]);
  });
}

beforeEach(({ task }) => say(task.name));

afterAll(() => {
  for (const guest of guests()) guest.console.close();
});
