import { describe, expect, test } from 'vitest';
import { node, shell } from '../support/lab.ts';
import { done, run } from '../support/verbs.ts';
import { fakeTool } from './support/faults.ts';
import { everything, gntGluster, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();
const command = ['image', 'orphans', '--quarantine', '--older-than', '0m'];

/** A Ganeti that says what it is told to: for what a real one says, see test/e2e/orphans.test.ts. */
async function ganeti(answers: {
  readonly master?: string;
  readonly list?: string;
  readonly info?: string;
  readonly configuration?: string;
}): Promise<void> {
  const { master = 'echo node1.lab', list = 'true', info = 'echo No instances. >&2; exit 1' } = answers;
  await fakeTool(ledger, 'gnt-cluster', master);
  await fakeTool(ledger, 'gnt-instance', `case $1 in list) ${list} ;; *) ${info} ;; esac`);
  ledger.later(() => shell('rm -rf /var/lib/ganeti/config.data'));
  await node().exec(['sh', '-c', 'mkdir -p /var/lib/ganeti && cat >/var/lib/ganeti/config.data'], {
    input: answers.configuration ?? '{"instances": {}, "disks": {}}',
  });
}

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
    await ganeti(answers);
    const before = await everything();
    const outcome = await gntGluster(command);
    expect(outcome.exitCode, outcome.said).toBe(exitCode);
    expect(outcome.said).toMatch(reason);
    expect(await everything()).toBe(before);
  });
});
