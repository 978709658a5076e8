import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CallSite, callVerb } from '#src/sanity/caller.ts';
import { verbCalls } from '#src/sanity/context.ts';
import { newDisk, snapshotOf } from '#src/sanity/disk.ts';
import { callThroughGaneti, ganetiVersion } from '#src/sanity/ganeti-caller.ts';
import { type Copy, copyReference } from './support/provider.ts';

/** Notes how it was called, once for every call, and then does what the reference does. */
const recorder = `
note=$EXTP_STORE/called/\${0##*/}
# Types and modes, in hexadecimal.
outputs=$(for number in 0 1 2; do stat --dereference --format=%f "/proc/$$/fd/$number"; done)
open=(/proc/$$/fd/?)
{
  pwd
  umask
  echo "$0 $#"
  echo "$outputs"
  echo "\${#open[@]} open"
  if read -r -t 5; then echo "something to read"; else echo "nothing to read: $?"; fi
  env | grep -v '^SHLVL=\\|^_=\\|^PWD=\\|^OLDPWD=' | sort
} >"$note"
`;

const [pipe, file] = ['1180', '8180'];

const hasGaneti = (await ganetiVersion()) !== undefined;
const disk = { ...newDisk(), label: 'a name' };
let copy: Copy;
let site: CallSite;

beforeAll(() => {
  copy = copyReference([['set -u\n', `set -u\n${recorder}`]]);
  const store = copy.provider.parameters.store ?? '';
  mkdirSync(`${store}/called`);
  mkdirSync(`${store}/scratch`);
  site = { provider: copy.provider, scratch: `${store}/scratch`, timeLeft: () => 60_000 };
});

afterAll(() => copy.remove());

/** How each verb was called in one life of a disk. */
async function lifeOf(caller: typeof callVerb): Promise<Readonly<Record<string, string>>> {
  const called = `${copy.provider.parameters.store}/called`;
  const run = verbCalls((verb, variables, options) => caller(site, verb, variables, options));
  const notes: Record<string, string> = {};
  const after = async (verb: string, outcome: Promise<{ readonly exitCode: number; readonly said: string }>) => {
    const { exitCode, said } = await outcome;
    expect(exitCode, `${verb}: ${said}`).toBe(0);
    notes[verb] = readFileSync(`${called}/${verb}`, 'utf8');
    rmSync(called, { recursive: true });
    mkdirSync(called);
  };
  await after('create', run.create(disk, 8));
  await after('attach', run.attach(disk));
  await after('open', run.open(disk));
  await after('open', run.open(disk, false));
  await after('setinfo', run.setinfo(disk, 'originstname+inst1.example.com'));
  await after('grow', run.grow(disk, 8, 16));
  await after('snapshot', run.snapshot(disk, snapshotOf(disk), 16));
  await after('close', run.close(disk));
  await after('detach', run.detach(disk));
  await after('remove', run.remove(disk));
  await after('remove', run.remove(snapshotOf(disk)));
  return notes;
}

test.runIf(hasGaneti)('every verb finds the same as when the code of Ganeti calls it', async () => {
  expect(await lifeOf(callVerb)).toEqual(await lifeOf(callThroughGaneti));
});

describe('a verb', () => {
  test('finds what Ganeti gives it', async () => {
    const notes = await lifeOf(callVerb);
    const { path } = copy.provider;
    // The fourth descriptor is what bash looks for them with.
    const common = (verb: string, output: string): string =>
      `${path}\n0077\n${path}/${verb} 0\n${pipe}\n${output}\n${output}\n4 open\nnothing to read: 1\n`;
    expect(notes.attach).toContain(common('attach', pipe));
    expect(notes.grow).toContain(common('grow', file));
    expect(notes.open).toContain('VOL_OPEN_EXCLUSIVE=False\n');
    expect(notes.create).toMatch(
      /\nEXTP_ACCESS=kernelspace\nEXTP_PROVIDER=reference\nEXTP_STORE=.*\nLANG=.*\nLC_ALL=C\n/,
    );
    expect(readdirSync(site.scratch).filter((entry) => entry !== 'log' && !entry.endsWith('.fifo'))).toEqual([]);
  });

  test('that is killed by a signal has the status that a shell tells', async () => {
    // It was a link to what all verbs are.
    rmSync(`${copy.provider.path}/verify`);
    writeFileSync(`${copy.provider.path}/verify`, '#!/bin/sh\nkill -TERM $$\n', { mode: 0o755 });
    expect(await callVerb(site, 'verify', {})).toMatchObject({ exitCode: 143 });
  });

  test('that cannot be started has the status that a shell tells', async () => {
    writeFileSync(`${copy.provider.path}/verify`, '#!/nowhere\n', { mode: 0o755 });
    expect(await callVerb(site, 'verify', {})).toMatchObject({ exitCode: 127 });
  });

  test('that prints without end is read to its end', async () => {
    writeFileSync(`${copy.provider.path}/verify`, '#!/bin/sh\nhead -c 10000000 /dev/zero; echo end >&2\n', {
      mode: 0o755,
    });
    const { exitCode, stdout, said } = await callVerb(site, 'verify', {}, { output: 'pipes' });
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: 'end\n' });
    expect(stdout.length).toBeLessThanOrEqual(1024 * 1024);
  });
});
