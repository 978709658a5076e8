import { execa } from 'execa';
import { expect, test } from 'vitest';
import { debianChangelog } from '../../build/package/changelog.ts';

const date = new Date('2026-02-03T04:05:06Z');
const maintainer = 'Some One <some.one@example.com>';
const text = `# Changelog

Words about it, in the form of [Keep a Changelog](https://keepachangelog.com/).

## [Unreleased]

### Added

- The command \`frobnicate\`, see [its page](https://example.com/), which has a description long enough to be wrapped
  in two.
- Another thing.

### Fixed

- A fault.

## [0.2.0] - 2026-01-02

- Something **older**.

## [0.1.0] - 2025-12-01

### Added

- The first.
`;

const make = (version: string, of = text): string => debianChangelog({ text: of, version, date, maintainer });

test('what is not released is the version that is packaged', () => {
  expect(make('0.3.0').split('\n\nganeti-extstorage-gluster (0.2.0)')[0]).toBe(
    `ganeti-extstorage-gluster (0.3.0) unstable; urgency=medium

  * Added: The command frobnicate, see its page, which has a description long
    enough to be wrapped in two.
  * Added: Another thing.
  * Fixed: A fault.

 -- Some One <some.one@example.com>  Tue, 03 Feb 2026 04:05:06 +0000
`.trimEnd(),
  );
});

test.each([
  ['0.3.0', text, ['0.3.0', '0.2.0', '0.1.0']],
  ['0.2.0', text, ['0.2.0', '0.1.0']],
  ['9.9.9', '# Changelog\n', ['9.9.9']],
  ['9.9.9', text.replace(/- The command[\s\S]*fault\.\n/, ''), ['9.9.9', '0.2.0', '0.1.0']],
])('dpkg reads it: %s', async (version, of, versions) => {
  const { stdout, stderr } = await execa('dpkg-parsechangelog', ['-l', '-', '--all', '--format', 'rfc822'], {
    input: make(version, of),
  });
  expect(stderr).toBe('');
  expect([...stdout.matchAll(/^Version: (.*)$/gm)].map(([, found]) => found)).toEqual(versions);
});
