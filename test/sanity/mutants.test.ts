import { expect, test } from 'vitest';
import { ganetiVersion } from '#src/sanity/ganeti-caller.ts';
import { allRules, groupOf } from '#src/sanity/select.ts';
import { mutants } from './mutants.ts';
import { check } from './support/check.ts';
import { copyReference } from './support/provider.ts';

test('every rule has a provider that it must find wrong', () => {
  const found = new Set(mutants.flatMap(({ rules }) => rules));
  expect(allRules.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
});

test('no two wrong providers have the same name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

test.concurrent.each(mutants)('$name', async ({ changes, arrange, rules, reason, only, seconds }) => {
  const copy = copyReference(changes, arrange);
  try {
    const findings = await check(copy.provider, { only: only ?? [...new Set(rules.map(groupOf))], seconds });
    const wrong = findings.filter(({ result }) => result !== 'kept');
    const told = wrong.map((finding) => `${finding.rule}: ${finding.result}: ${finding.reason}`).join('\n');
    expect(wrong.map(({ rule }) => rule).sort(), told).toEqual([...rules].sort());
    expect(new Set(wrong.map(({ result }) => result)), told).toEqual(new Set(['deviates']));
    if (reason !== undefined) expect(told).toMatch(reason);
  } finally {
    await copy.remove();
  }
});

const hasGaneti = (await ganetiVersion()) !== undefined;
const seenByGaneti = [
  'create ignores VOL_SIZE',
  'attach prints a stray line last',
  'detach does nothing',
  'grow adds VOL_NEW_SIZE',
  'a snapshot is empty',
  'remove does nothing',
  'an open disk cannot be detached',
];

test.runIf(hasGaneti).concurrent.each(seenByGaneti)('%s, called by the code of Ganeti', async (name) => {
  const { changes, rules } = mutants.find((mutant) => mutant.name === name) ?? { rules: [] };
  const copy = copyReference(changes);
  try {
    const findings = await check(copy.provider, { only: rules, callers: ['ganeti'] });
    expect(findings.length).toBeGreaterThan(0);
    for (const { rule, result, reason } of findings) expect(result, `${rule}: ${reason}`).toBe('deviates');
  } finally {
    await copy.remove();
  }
});
