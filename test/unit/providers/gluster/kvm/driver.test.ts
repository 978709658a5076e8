import { expect, test } from 'vitest';
import { parseAnswer } from '#gluster/kvm/driver.ts';

test.each([
  // QEMU 7.2 and 10.0 with and without block-gluster.so; one that was built without it.
  ['Usage: -drive driver=qcow2,file.driver=gluster,file.volume=testvol,file.server.0.type=inet', true],
  ["qemu-system-x86_64: -drive if=none,driver=gluster: gluster: hint: check in 'server' array index '0'", true],
  ['qemu: module block-block-gluster not found, do you want to install qemu-block-extra package?', false],
  ["qemu-system-x86_64: -drive if=none,driver=gluster: Unknown driver 'gluster'", false],
  ['', undefined],
  ['qemu-system-x86_64: error while loading shared libraries: libfdt.so.1', undefined],
])('%s', (said, driver) => {
  expect(parseAnswer(said)).toBe(driver);
});
