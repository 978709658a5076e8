import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { commands } from '#gluster/admin/commands.ts';
import { poolKeys, topKeys } from '#gluster/configuration/keys.ts';
import { parameters } from '#gluster/configuration/parameters.ts';
import { exitStatusMeaning } from '#src/errors.ts';
import { variableMeaning, verbs } from '#src/verbs.ts';
import { commandPage } from '../../build/manual/command-page.ts';
import { literal, macro, page, section, tagged } from '../../build/manual/mdoc.ts';
import { manualPages } from '../../build/manual/pages.ts';
import { phrase, prose } from '../../build/manual/prose.ts';
import { providerPage } from '../../build/manual/provider-page.ts';

const date = new Date('2026-02-03T23:59:59Z');

describe.each(Object.entries(manualPages(date)))('%s', (name, text) => {
  test('has nothing that mandoc finds fault with', async () => {
    // They tell of each other, and are not installed here.
    const { stdout } = await inScratch(name, text, (file) => execa('mandoc', ['-Tlint', file], { reject: false }));
    const own = Object.keys(manualPages(date)).map((other) => `Xr ${other.replace('.', ' ')} `);
    expect(stdout.split('\n').filter((line) => line !== '' && !own.some((other) => line.includes(other)))).toEqual([]);
  });

  test('is found by what man looks for', async () => {
    const { stdout } = await inScratch(name, text, (file) => execa('lexgrog', [file]));
    expect(stdout).toMatch(new RegExp(`: "${name.slice(0, -2)} - .*Ganeti"$`));
  });

  test('is dated', () => expect(text).toContain('\n.Dd February 3, 2026\n'));
});

test('ganeti-extstorage-gluster(7) tells of every entry of every table', async () => {
  const text = await rendered(providerPage(date));
  const words = [...Object.keys(verbs), ...[...parameters, ...topKeys, ...poolKeys].map(({ name }) => name)];
  for (const word of [...words, ...Object.keys(variableMeaning)]) expect(text).toContain(` ${word} `);
  const meanings = [...Object.values(verbs), ...parameters].map(({ summary }) => summary);
  for (const meaning of [...meanings, ...Object.values(exitStatusMeaning)]) expect(text).toContain(meaning.slice(1));
  expect(text).toMatch(/blockdev=never\W+can lose data/);
});

test('gnt-gluster(8) tells once of the options of all lists', async () => {
  const text = await rendered(commandPage(date));
  expect(text.split('-o, --output fields Show these fields')).toHaveLength(2);
  expect(text).toContain('--units unit Show sizes in this unit');
});

test('gnt-gluster(8) tells of every command and option', async () => {
  const text = await rendered(commandPage(date));
  for (const { name, summary, options, lists, flags = {}, list } of commands) {
    for (const { name: field, meaning } of list?.fields ?? [])
      expect(text).toContain(` ${field} ${meaning[0]?.toUpperCase()}${meaning.slice(1)}`);
    if (list?.usual !== undefined) expect(text).toContain(`it shows ‘${list.usual.join(',')}’.`);
    expect(text).toContain(`gnt-gluster ${name} `);
    expect(text).toContain(summary.slice(1));
    for (const [option, meaning] of Object.entries({ ...options, ...lists }))
      expect(text).toContain(`--${option} ${option} ${meaning[0]?.toUpperCase()}${meaning.slice(1)}`);
    for (const [flag, meaning] of Object.entries(flags))
      expect(text).toContain(`--${flag} ${meaning[0]?.toUpperCase()}${meaning.slice(1)}`);
  }
});

describe('text comes out as it went in', () => {
  const texts = [
    '.Sh a macro?',
    "'quoted",
    'a \\fBbackslash\\fP \\',
    '"all" of it',
    'Op No Xr Ns . , (',
    '-- ~ ^ %D',
    'ä €',
  ];

  test.each(texts)('%s, as running text', async (text) => {
    expect(await renderedSection(prose(text))).toContain(text);
  });
  test.each(texts)('%s, to be typed', async (text) => {
    expect(await renderedSection(prose(`Type \`${text}\`, then wait.`))).toContain(`${text}’, then wait.`);
  });
  test.each(texts)('%s, as the head of an entry', async (text) => {
    expect(await renderedSection(tagged([{ head: macro('Cm', text), body: phrase('told') }]))).toContain(
      `${text} Told.`,
    );
  });
  test('a long one is wrapped', () => {
    const lines = prose('many words '.repeat(50));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });
});

test('markup is known by what it looks like', () => {
  expect(prose('See `gnt-node(8)`, `/etc/x` (`VOL_NAME`). Not `--force`; `a b`.')).toEqual([
    'See',
    '.Xr gnt-node 8 ,',
    '.Pa /etc/x',
    '.Ev ( VOL_NAME ) .',
    'Not',
    '.Fl \\-force ;',
    '.Ql a b .',
  ]);
  expect(literal('a-b')).toBe('a\\-b');
});

test.each(['a `b', 'a`b` c', 'a `b`c'])('%s is refused', (text) => {
  expect(() => prose(text)).toThrow();
});

async function renderedSection(lines: readonly string[]): Promise<string> {
  return await rendered(page('x', 7, 'something', date, section('DESCRIPTION', lines)));
}

/** The page as a reader sees it, each run of blanks and line ends one blank. */
async function rendered(text: string): Promise<string> {
  const { stdout } = await execa('mandoc', ['-Tutf8', '-Owidth=1000'], { input: text });
  // Bold and underlined are a character struck twice.
  return stdout.replace(/.[\b]/gu, '').replace(/\s+/g, ' ');
}

async function inScratch<T>(name: string, text: string, use: (file: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'manual-'));
  try {
    const file = path.join(directory, name);
    await writeFile(file, text);
    return await use(file);
  } finally {
    await rm(directory, { recursive: true });
  }
}
