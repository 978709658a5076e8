import { describe, expect, test } from 'vitest';
import { node } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { done, run } from '../support/verbs.ts';
import { fakeGaneti, ganetiWithDisk } from './support/ganeti.ts';
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

test('its tables show the fields that are asked for, for a script one line each', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 1536));
  await ganetiWithDisk(ledger, 'another-uuid', 'another.ext.disk0');
  const orphans = async (...args: readonly string[]): Promise<string> => {
    const argv = [`${providerDirectory}/gnt-gluster`, 'image', 'orphans', '--older-than=0m', ...args];
    const { exitCode, stdout } = await node().exec(argv, { timeLimit: 60_000, reject: false });
    expect(exitCode, stdout).toBe(1);
    return stdout;
  };
  const fields = ['-o', 'finding,name,size,instance,state'];
  expect(await orphans('--no-headers', '--separator=:', ...fields)).toBe(
    `orphans:${disk.name}:1536:-:can be quarantined\nmissing:another.ext.disk0:-:inst1.lab:-\n`,
  );
  expect(await orphans('--units=g', '-o', '+uuid')).toMatch(
    /^images that no disk .*:\n\nImage .*State +UUID\n.* 1\.5 .*\n\ndisks of Ganeti .*:\n\nImage +Instance +UUID\nanother\.ext\.disk0 +inst1\.lab +another-uuid\n$/,
  );
  expect(Object.keys((await gntGluster(['image', 'orphans'])).json as object)).toEqual(
    'orphans missing sizes unfinished stale unconfigured otherClusters'.split(' '),
  );
});
