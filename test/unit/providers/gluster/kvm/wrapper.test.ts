import { copyFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wrapper } from '#gluster/kvm/wrapper.ts';
import { runProgram, scratchDirectory } from '../../../help.ts';

test('the wrapper is that of the Debian package where no executable runs', () => {
  expect(wrapper).toBe('/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm');
});

test('the wrapper lies beside the executable, wherever that was installed', async () => {
  const directory = scratchDirectory();
  const executable = `${directory}/ganeti-extstorage-gluster`;
  copyFileSync(process.execPath, executable);
  const lines = `import { wrapper } from './providers/gluster/kvm/wrapper.ts'; console.log(wrapper);`;
  const { stdout } = await runProgram(executable, ['--input-type=module', '--eval', lines]).ended;
  expect(stdout).toBe(`${directory}/gnt-gluster-kvm\n`);
});
