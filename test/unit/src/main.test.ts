import { expect, test } from 'vitest';
import { startNode } from '../help.ts';

const entry = (verb: string) => `providers/gluster/${verb}.ts`;

test.each(['--help', '-h'])('%s prints the usage to standard output', async (option) => {
  const ended = await startNode([entry('grow'), option]).ended;
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^usage: grow\n/), stderr: '' });
});

test.each([
  ['create', ['extra']],
  ['attach', ['']],
  ['verify', ['tols']],
])('%s %j is refused with the usage, before anything else is looked at', async (verb, args) => {
  const ended = await startNode([entry(verb), ...args]).ended;
  expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ended.stderr).toMatch(new RegExp(`^${verb}: unexpected argument "${args[0]}"\\n.*usage: ${verb}`));
  expect(ended.stderr).toMatch(new RegExp(`hint: ${verb} --help\\n$`));
});

test.each(['create', 'attach', 'snapshot'])('%s without variables: exit status 3', async (verb) => {
  const ended = await startNode([entry(verb)]).ended;
  expect(ended).toMatchObject({ exitCode: 3, stdout: '', stderr: expect.stringContaining('VOL_NAME is not set') });
});
