import { expect, test } from 'vitest';
import { candidateIn, installCommand, installHere, startCommand } from '#gluster/agent/dependencies.ts';

const policy = (candidate: string): string =>
  `glusterfs-server:\n  Installed: (none)\n  Candidate: ${candidate}\n  Version table:\n     10.3-5 500\n`;

test.each([
  ['a version', policy('10.3-5'), '10.3-5'],
  ['no version', policy('(none)'), null],
  ['nothing, of a package that it does not know', '', null],
  ['that it is missing', 'apt-cache is not installed on this node', null],
])('apt says %s', (_, printed, expected) => {
  expect(candidateIn(printed)).toBe(expected);
});

test('apt asks nothing, removes nothing, and installs what is missing only', () => {
  const command = installCommand(['glusterfs-server', 'attr']);
  expect(command.slice(0, 3)).toEqual(['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']);
  expect(command).toEqual(expect.arrayContaining(['--yes', '--no-remove', '--no-install-recommends']));
  expect(command.slice(-3)).toEqual(['install', 'glusterfs-server', 'attr']);
});

test('glusterd is started at every boot where systemd runs', () => {
  expect(startCommand(true)).toEqual(['systemctl', 'enable', '--now', 'glusterd']);
  expect(startCommand(false)).toEqual(['glusterd']);
});

test.each(['vim', '--allow-downgrades', 'toString', './x.deb'])(
  'no package but those of a server: %s',
  async (name) => {
    await expect(installHere({ packages: ['attr', name], starts: false })).rejects.toThrow('no server needs a package');
  },
);
