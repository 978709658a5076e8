import { expect, test } from 'vitest';
import { lines, shell } from '../support/lab.ts';
import { providerDirectory, verbNames } from '../support/provider.ts';

/** The verbs Ganeti refuses to do without; since 3.0 it asks for all ten. */
test.each(verbNames)('%s is an executable file', async (verb) => {
  const status = await shell('stat -L -c "%F %A" "$1"', `${providerDirectory}/${verb}`);
  expect(status).toMatch(/^regular file -..x/);
});

test('parameters.list has a name and a description on every line', async () => {
  const list = await shell('cat "$1"', `${providerDirectory}/parameters.list`);
  expect(list).not.toBe('');
  expect(list.endsWith('\n')).toBe(true);
  const rows = list.slice(0, -1).split('\n');
  for (const line of rows) expect(line).toMatch(/^[a-z][a-z0-9_]* \S.*$/);
  const names = rows.map((line) => line.split(' ', 1)[0]);
  expect(new Set(names).size).toBe(names.length);
});

test('nobody but its owner can write to any of it', async () => {
  expect(await lines('find -L "$1" -perm /022', providerDirectory)).toEqual([]);
});
