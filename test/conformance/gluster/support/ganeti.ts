import { node, shell } from '../../support/lab.ts';
import type { Ledger } from '../../support/ledger.ts';
import { fakeTool } from './faults.ts';

/** What a Ganeti says, each a line of shell but for its configuration. */
export interface Answers {
  readonly master?: string;
  readonly list?: string;
  readonly info?: string;
  readonly configuration?: string;
}

/** A Ganeti that says what it is told to: for what a real one says, see test/e2e/orphans.test.ts. */
export async function fakeGaneti(ledger: Ledger, answers: Answers): Promise<void> {
  const { master = 'echo node1.lab', list = 'true', info = 'echo No instances. >&2; exit 1' } = answers;
  await fakeTool(ledger, 'gnt-cluster', master);
  await fakeTool(ledger, 'gnt-instance', `case $1 in list) ${list} ;; *) ${info} ;; esac`);
  ledger.later(() => shell('rm -rf /var/lib/ganeti/config.data'));
  await node().exec(['sh', '-c', 'mkdir -p /var/lib/ganeti && cat >/var/lib/ganeti/config.data'], {
    input: answers.configuration ?? '{"instances": {}, "disks": {}}',
  });
}

/** A Ganeti with one instance, which has one disk, of a UUID and on an image. */
export async function ganetiWithDisk(ledger: Ledger, uuid: string, image: string): Promise<void> {
  const configuration = JSON.stringify({
    cluster: { uuid: '5c3a4f0e-0000-4000-8000-000000000001' },
    instances: { i: { name: 'inst1.lab', disks: [uuid] } },
    disks: { d: { uuid, dev_type: 'ext', logical_id: ['gluster', image], size: 8 } },
  });
  const shown = `- Instance name: inst1.lab\\n  Disks: \\n    - disk/0: ext, size 8M\\n      logical_id: ['\\''gluster'\\'', '\\''${image}'\\'']\\n`;
  await fakeGaneti(ledger, { list: 'echo inst1.lab', info: `printf %b '${shown}'`, configuration });
}
