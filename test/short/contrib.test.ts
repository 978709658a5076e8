/** The patch for Ganeti in contrib/, on the Ganeti that needs it: a copy of it in the node, patched from here. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { lab } from '../e2e/support/lab.ts';
import { projectDirectory } from '../lab/layout.ts';
import { suites } from '../lab/suites.ts';

const patch = path.join(projectDirectory, 'contrib/ganeti/0001-kvm-flatten-lists-for-QEMU-s-blockdev.patch');

/** What the patch brings is its own test; this runs it without the tool that Ganeti has for that. */
const ownTest = `
import sys
sys.path.insert(0, "/tmp/patched/ganeti/py/unit/hypervisor/hv_kvm")
from test_kvm_utils import TestDictToQemuStringNotation as Tests
for name in ("test_gluster_uri", "test_list_of_values"):
  getattr(Tests(), name)()
print("passed")
`;

test('with the patch its own test passes, and without it does not', async () => {
  const { master, suite } = lab();
  if (suites[suite].ganeti !== 'Ganeti 3.1') return expect(readFileSync(patch, 'utf8')).toContain('kvm_utils.py');
  await master.exec(['cp', '-a', '/usr/share/ganeti/3.1', '/tmp/patched']);
  const ganeti = `/proc/${master.pid}/root/tmp/patched/ganeti`;
  const source = `${ganeti}/hypervisor/hv_kvm/kvm_utils.py`;
  await execa('cp', [source, `${source}.before`]);
  await execa('patch', ['-d', ganeti, '-p2', '-i', patch]);
  const run = () =>
    master.exec(['env', 'PYTHONPATH=/tmp/patched', 'PYTHONDONTWRITEBYTECODE=1', 'python3', '-c', ownTest], {
      reject: false,
    });
  expect(await run()).toMatchObject({ exitCode: 0, stdout: 'passed\n' });
  await execa('cp', [`${source}.before`, source]);
  expect((await run()).stderr).toMatch(/in test_gluster_uri\n.*AssertionError/s);
});
