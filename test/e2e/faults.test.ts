import { afterAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import { play } from '../faults/cluster/play.ts';
import { quickScenarios } from '../faults/cluster/scenarios.ts';
import { leftovers } from './support/leftovers.ts';
import { printLogs } from './support/logs.ts';
import { say } from './support/progress.ts';

beforeEach(({ task }) => say(task.name));

for (const scenario of quickScenarios) {
  test(`${scenario.name}: no acknowledged record is lost, and the way out works`, async () => {
    onTestFailed(printLogs);
    await play(scenario, () => undefined);
  });
}

afterAll(async () => expect(await leftovers()).toEqual([]));
