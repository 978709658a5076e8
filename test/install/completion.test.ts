import { execa } from 'execa';
import { expect, test } from 'vitest';
import { optionsOf } from '#gluster/admin/command.ts';
import { commands } from '#gluster/admin/commands.ts';
import { bashCompletion } from '../../build/completion.ts';

const script = bashCompletion('gnt-gluster', commands);
const groups = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];

/** What bash offers for the last word. */
async function offers(...words: readonly string[]): Promise<readonly string[]> {
  return await offersOf(script, ...words);
}

async function offersOf(completion: string, ...words: readonly string[]): Promise<readonly string[]> {
  const call = `${completion}
    [[ $(complete -p gnt-gluster) == 'complete -F _gnt_gluster gnt-gluster' ]] || exit 1
    COMP_WORDS=(gnt-gluster "$@") COMP_CWORD=$#
    _gnt_gluster
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa('bash', ['-c', call, 'bash', ...words], { cwd: '/etc' });
  return stdout.split('\n').filter((line) => line !== '');
}

test('the groups of commands come first', async () => {
  expect(await offers('')).toEqual([...groups, 'help', '--help', '--version']);
  expect(await offers('--v')).toEqual(['--version']);
});

test.each(groups.filter((group) => commands.every(({ name }) => name !== group)))(
  '%s is followed by its commands',
  async (group) => {
    const members = commands.flatMap(({ name }) => (name.startsWith(`${group} `) ? [name.split(' ')[1]] : []));
    expect(await offers(group, '')).toEqual([...new Set(members), '--help']);
    expect(await offers('--json', group, String(members[0]))).toEqual([members[0]]);
  },
);

test('a command of three words comes word by word', async () => {
  expect(await offers('pool', 'br')).toEqual(['brick']);
  expect(await offers('pool', 'brick', '')).toEqual(['start', 'restart', '--help']);
  expect(await offers('pool', 'brick', 'start', 'node1:/b', '--dry')).toEqual(['--dry-run']);
});

test.each(commands)('$name is followed by its options', async (command) => {
  const { name } = command;
  const values = optionsOf(command).flatMap((option) => (option.value === undefined ? [] : [option.name]));
  const all = optionsOf(command).map((option) => `--${option.name}`);
  expect(await offers(...name.split(' '), '--')).toEqual(all);
  for (const option of values) {
    expect(await offers(...name.split(' '), `--${option}`, '')).toEqual([]);
    expect(await offers(...name.split(' '), `--${option}`, '=', 'a')).toEqual([]);
  }
});

test('a flag of one command may be a value option of another', async () => {
  const row = { summary: 'show', operands: [], run: async () => ({ json: null, text: '' }) };
  const own = bashCompletion('gnt-gluster', [
    { ...row, name: 'a b', options: { all: 'show these' } },
    { ...row, name: 'a c', options: {}, flags: { all: 'show all' } },
  ]);
  expect(await offersOf(own, 'a', 'b', '--all', '')).toEqual([]);
  expect(await offersOf(own, 'a', 'c', '--all', '')).toEqual(['--all', '--json', '--help']);
});

test('files are offered where a file is asked for, and only there', async () => {
  expect(await offers('config', 'check', 'passw')).toContain('passwd');
  expect(await offers('sanity', 'passw')).toContain('passwd');
  expect(await offers('sanity', '--list', 'passwd', '--hos')).toEqual(['--hostile']);
  expect(await offers('image', 'info', 'passw')).toEqual([]);
  expect(await offers('nothing', 'such', '')).toEqual([]);
});

test('shellcheck finds nothing', async () => {
  await execa('shellcheck', ['--shell=bash', '-'], { input: script });
});
