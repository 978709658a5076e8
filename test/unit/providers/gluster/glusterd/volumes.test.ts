import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostsOf, parseVolumeInfo } from '#gluster/glusterd/volumes.ts';
import { Failure } from '#src/errors.ts';
import { failureOf } from '../../../help.ts';

function printed(stdout: string) {
  return { argv: ['gluster'], exitCode: 0, signal: undefined, timedOut: false, endless: false, stdout, stderr: '' };
}

function answer(inside: string, opRet = '0', opErrstr = ''): string {
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput>
  <opRet>${opRet}</opRet>
  <opErrno>0</opErrno>
  <opErrstr>${opErrstr}</opErrstr>
  <volInfo>
    <volumes>${inside}</volumes>
  </volInfo>
</cliOutput>
`;
}

/** As Gluster 10 prints it. */
function volume(name: string, status: string, bricks: readonly string[]): string {
  const uuid = 'e5e597c4-f8fd-4470-9047-29de20fbe73d';
  const list = bricks.map(
    (brick) =>
      `<brick uuid="${uuid}">${brick}<name>${brick}</name><hostUuid>${uuid}</hostUuid><isArbiter>0</isArbiter></brick>`,
  );
  return `
      <volume>
        <name>${name}</name>
        <id>7f553f91-f3b1-4e63-bdfc-3f4e84578660</id>
        <status>${status}</status>
        <statusStr>x</statusStr>
        <bricks>${list.join('\n')}</bricks>
        <optCount>1</optCount>
        <options><option><name>auth.allow</name><value>*</value></option></options>
      </volume>
      <count>1</count>
    `;
}

const bricks = ['node1.lab:/bricks/a', 'node2.lab:/bricks/a', 'node3.lab:/bricks/a'];
const hosts = ['node1.lab', 'node2.lab', 'node3.lab'];

test.each([
  ['a replicated volume', answer(volume('v', '1', bricks)), { started: true, hosts }],
  ['one brick', answer(volume('v', '1', ['n1:/b'])), { started: true, hosts: ['n1'] }],
  ['two bricks a host', answer(volume('v', '1', ['n2:/a', 'n1:/a', 'n2:/b'])), { started: true, hosts: ['n2', 'n1'] }],
  ['created', answer(volume('v', '0', bricks)), { started: false, hosts }],
  ['stopped', answer(volume('v', '2', bricks)), { started: false, hosts }],
  ['an address', answer(volume('v', '1', ['10.9.9.1:/mnt/b'])), { started: true, hosts: ['10.9.9.1'] }],
  ['an IPv6 address', answer(volume('v', '1', ['fd00::1:/b'])), { started: true, hosts: ['fd00::1'] }],
  ['a warning before it', `Warning: x < y\n${answer(volume('v', '1', ['n1:/b']))}`, { started: true, hosts: ['n1'] }],
])('%s', async (_, stdout, expected) => {
  const found = await parseVolumeInfo(printed(stdout), 'v');
  expect(found).toMatchObject({ name: 'v', started: expected.started });
  expect(found && hostsOf(found)).toEqual(expected.hosts);
});

test.each(['007', '1e3', 'true', '0x10', '1.0'])('a volume that is called %s keeps its name', async (name) => {
  expect(await parseVolumeInfo(printed(answer(volume(name, '1', bricks))), name)).toMatchObject({ name });
});

test.each([
  ['glusterd says so', answer('<count>0</count>', '-1', 'Volume v does not exist')],
  ['the list is empty', answer('<count>0</count>')],
  ['it is another one', answer(volume('w', '1', bricks))],
])('no such volume: %s', async (_, stdout) => {
  expect(await parseVolumeInfo(printed(stdout), 'v')).toBeUndefined();
});

describe('refused', () => {
  test.each([
    ['an error', answer('', '-1', 'Locking failed'), /Locking failed/],
    ['an error without a reason', answer('', '-1'), /without a reason/],
    ['half a document', answer(volume('v', '1', bricks)).slice(0, 300), /not XML/],
    ['no answer in it', '<?xml version="1.0"?><cliOutput></cliOutput>', /without a reason/],
    ['nothing', '', /not XML|without a reason/],
  ])('%s', async (_, stdout, message) => {
    const failure = await failureOf(() => parseVolumeInfo(printed(stdout), 'v'));
    expect(failure).toMatchObject({ kind: 'failed', message: expect.stringMatching(message) });
    expect(failure.details.command?.argv).toEqual(['gluster']);
  });

  test('any damage: a volume, none, or a failure', async () => {
    const whole = answer(volume('v', '1', bricks));
    const place = fc.nat({ max: whole.length });
    await fc.assert(
      fc.asyncProperty(place, place, fc.constantFrom('', '<', '&', '<a>', '</brick>', 'x'), async (from, to, put) => {
        const damaged = whole.slice(0, Math.min(from, to)) + put + whole.slice(Math.max(from, to));
        const found = await parseVolumeInfo(printed(damaged), 'v').catch((error: unknown) => {
          expect(error).toBeInstanceOf(Failure);
        });
        for (const host of found ? hostsOf(found) : []) expect(typeof host).toBe('string');
      }),
      { numRuns: 300, examples: [[2, 15, '']] },
    );
  });
});
