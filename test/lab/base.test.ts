import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareBase } from './base.ts';
import { filesDirectory } from './layout.ts';
import { mustRun, poll } from './process.ts';
import { machineSuite, suiteNames } from './suites.ts';

const suite = suiteNames.find((name) => name !== machineSuite()) ?? 'trixie';
// Not all of a node: what is tested here is that it is complete.
const packages = ['busybox-static'];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync('/var/tmp/base-test-');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function entries(): readonly string[] {
  return readdirSync(directory).sort();
}

it('the suite of the machine itself needs no base', async () => {
  const own = machineSuite();
  expect(own === undefined ? '/' : await prepareBase({ suite: own })).toBe('/');
});

it('without its archive a base is not made, and the reason is told', async () => {
  const making = prepareBase({ suite, directory, packages, mirror: 'http://127.0.0.1:9/debian' });
  await expect(making).rejects.toThrow(
    /^Debian \d+ cannot be made from http:\/\/127\.0\.0\.1:9\/debian: [\s\S]*onnect/,
  );
  await expect(making).rejects.toMatchObject({ kind: 'environment' });
  expect(entries().filter((name) => name !== 'lock' && !name.endsWith('.used'))).toEqual([]);
});

it('a base is complete or not there: killed while it is made, then made for two at once', async () => {
  const target = `${directory}/${suite}-killed`;
  const making = spawn('sh', [`${filesDirectory}/base.sh`, target, suite, 'http://deb.debian.org/debian', 'busybox'], {
    detached: true,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => making.on('exit', resolve));
  await poll('something is in the draft', 60_000, () => existsSync(`${directory}/draft/var/lib/dpkg`) || undefined);
  process.kill(-(making.pid ?? 0), 'SIGKILL');
  await ended;
  expect(existsSync(target)).toBe(false);

  const said: string[] = [];
  const progress = (line: string): void => void said.push(line);
  const [one, two] = await Promise.all([1, 2].map(() => prepareBase({ suite, directory, packages, progress })));
  expect(one).toBe(two);
  expect(said.filter((line) => line.includes('another process makes it'))).toHaveLength(1);
  expect(said.filter((line) => line.includes('extracting archives'))).toHaveLength(1);
  expect(entries()).toEqual(
    [`${one}`, `${one}.used`]
      .map((path) => path.slice(directory.length + 1))
      .concat('lock')
      .sort(),
  );
  expect(readFileSync(`${one}/etc/os-release`, 'utf8')).toContain(`VERSION_CODENAME=${suite}`);
  expect(existsSync(`${one}/usr/sbin/policy-rc.d`)).toBe(false);
  expect(await mustRun(['chroot', String(one), 'busybox', 'echo', 'works'])).toBe('works\n');

  const other = prepareBase({ suite, directory, packages: ['no-such-package'] });
  await expect(other).rejects.toThrow(/Unable to locate package no-such-package/);
});
