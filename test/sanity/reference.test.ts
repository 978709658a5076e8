import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ganetiVersion } from '#src/sanity/ganeti-caller.ts';
import { optionalVerbs } from '#src/sanity/provider-directory.ts';
import { groups } from '#src/sanity/rules.ts';
import { check } from './support/check.ts';
import { copyReference } from './support/provider.ts';

const callers = (await ganetiVersion()) === undefined ? (['direct'] as const) : (['direct', 'ganeti'] as const);

test.concurrent.each(groups)('a good provider keeps all rules of $name', async ({ name, rules }) => {
  const copy = copyReference();
  try {
    const findings = await check(copy.provider, { only: [name], callers });
    expect(findings.filter(({ result, left }) => result !== 'kept' || left.length > 0)).toEqual([]);
    const expected = callers.flatMap((caller) => rules.filter((rule) => rule.callers.includes(caller)));
    expect(findings).toHaveLength(expected.length);
  } finally {
    await copy.remove();
  }
});

test('without the optional verbs, what is about them is skipped, and the rest is kept', async () => {
  const copy = copyReference([], (directory) => {
    for (const verb of optionalVerbs) rmSync(`${directory}/${verb}`);
  });
  try {
    const findings = await check(copy.provider, { only: ['layout', 'snapshot', 'open', 'sequences'] });
    const skipped = findings.filter(({ result }) => result === 'skipped');
    for (const { rule, reason } of skipped) expect(`${rule}: ${reason}`).toMatch(/the provider has no (snapshot|open)/);
    expect(new Set(skipped.map(({ rule }) => rule.split('/', 1)[0]))).toEqual(
      new Set(['snapshot', 'open', 'sequences']),
    );
    expect(findings.filter(({ result }) => result === 'deviates' || result === 'broken')).toEqual([]);
    expect(findings.length - skipped.length).toBeGreaterThan(5);
  } finally {
    await copy.remove();
  }
});

test('with addresses only, what needs a block device is skipped', async () => {
  const copy = copyReference([['  device_of "$disk"\n}', '  printf "\\nkvm:x:$VOL_NAME"\n}']]);
  try {
    const findings = await check(copy.provider, { only: ['attach', 'create/size'], callers });
    expect(findings.filter(({ result }) => result === 'kept').map(({ rule }) => rule)).toContain('attach/reply');
    const others = findings.filter(({ result }) => result !== 'kept');
    expect(new Set(others.map(({ reason }) => reason))).toEqual(new Set(['attach gives no block device']));
  } finally {
    await copy.remove();
  }
});
