import { describe, expect, test } from 'vitest';
import { done, run } from '../support/verbs.ts';
import { fakeGaneti } from './support/ganeti.ts';
import { everything, gntGluster, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const command = ['image', 'orphans', '--quarantine', '--older-than', '0m'];

describe('nothing is called an orphan, and nothing moved', () => {
  const another = JSON.stringify({
    instances: { i: { name: 'inst1.lab', disks: ['d'] } },
    disks: { d: { uuid: 'd', dev_type: 'ext', logical_id: ['gluster', 'x.ext.disk0'] } },
  });

  test.each([
    ['off the master', { master: 'echo node2.lab' }, 11, /node2\.lab/],
    ['when Ganeti fails', { master: 'exit 1' }, 10, /gnt-cluster/],
    ['when Ganeti is silent', { master: 'true' }, 11, /master/],
    ['when Ganeti knows no disk', {}, 10, /no ext disk at all/],
    ['when its list of instances fails', { list: 'exit 1', configuration: another }, 10, /gnt-instance/],
    [
      'when gnt-instance info fails',
      { list: 'echo inst1.lab', info: 'exit 1', configuration: another },
      10,
      /gnt-instance info/,
    ],
    ['when it says nothing', { list: 'echo inst1.lab', info: 'true', configuration: another }, 10, /inst1\.lab/],
    ['when it knows less than the configuration', { configuration: another }, 10, /x\.ext\.disk0/],
    ['when the configuration is damaged', { configuration: '{"instances": {' }, 10, /config\.data/],
  ] as const)('%s', async (_, answers, exitCode, reason) => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    await fakeGaneti(ledger, answers);
    const before = await everything();
    const outcome = await gntGluster(command);
    expect(outcome.exitCode, outcome.said).toBe(exitCode);
    expect(outcome.said).toMatch(reason);
    expect(await everything()).toBe(before);
  });
});
