import { describe, expect, test } from 'vitest';
import type { Finding } from '#src/sanity/check.ts';
import type { CallerName, Group, Rule } from '#src/sanity/rule.ts';
import { ruleId } from '#src/sanity/rule.ts';
import { groups } from '#src/sanity/rules.ts';
import { useGlusterLedger } from './gluster/support/storage.ts';
import { node } from './support/lab.ts';
import { chosenParameters, providerDirectory, sanityProgram } from './support/provider.ts';

/** Gluster shards at 64 MiB: what rules write at the end of a disk lies on both sides. */
const size = 66;

// After each rule, nothing may be left.
useGlusterLedger();

/** The rules of `gnt-gluster sanity`, each a test. All by both callers: `npm run test:faults -- --only rules`. */
for (const group of groups)
  describe(group.name, () => {
    test.each(group.rules)('$name: $sentence', { timeout: 450_000 }, async (rule) => {
      const callers = callersOf(group, rule);
      const findings = await sanity(ruleId(group, rule), callers);
      const kept = callers.map((caller) => ({ caller, result: 'kept', reason: null, left: [] }));
      expect(findings.map(({ caller, result, reason, left }) => ({ caller, result, reason, left }))).toEqual(kept);
    });
  });

/**
 * Our own caller; Ganeti's code, which takes twice as long, too for what Ganeti does in its order and the first rule of
 * each group.
 */
function callersOf(group: Group, rule: Rule): readonly CallerName[] {
  if (group.name === 'sequences') return rule.callers;
  const first = group.rules.find(({ callers }) => callers.includes('ganeti'));
  return rule.callers.filter((caller) => rule.callers.length === 1 || caller === 'direct' || rule === first);
}

async function sanity(rule: string, callers: readonly CallerName[]): Promise<readonly Finding[]> {
  const parameters = Object.entries(chosenParameters).map(([name, value]) => `--parameter=${name}=${value}`);
  const caller = callers.length === 1 ? callers[0] : 'both';
  const options = ['--hostile', `--caller=${caller}`, `--size=${size}`, '--time-limit=200', '--json', ...parameters];
  const argv = [sanityProgram, 'sanity', providerDirectory, `--only=${rule}`, ...options];
  const { stdout, stderr } = await node().exec(argv, { timeLimit: 420_000, reject: false });
  if (stdout === '') throw new Error(stderr);
  return findingsOf(JSON.parse(stdout));
}

function findingsOf({ findings }: { readonly findings: readonly Finding[] }): readonly Finding[] {
  return findings;
}
