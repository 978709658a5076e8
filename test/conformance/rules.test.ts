import { describe, expect, test } from 'vitest';
import type { Finding } from '#src/sanity/check.ts';
import { ruleId } from '#src/sanity/rule.ts';
import { groups } from '#src/sanity/rules.ts';
import { useGlusterLedger } from './gluster/support/storage.ts';
import { node } from './support/lab.ts';
import { chosenParameters, providerDirectory, sanityProgram } from './support/provider.ts';

/** Gluster shards at 64 MiB: what rules write at the end of a disk lies on both sides. */
const size = 66;

// After each rule, nothing may be left.
useGlusterLedger();

/** The rules of `gnt-gluster sanity`, each a test: by its own caller and by Ganeti's code. */
for (const group of groups)
  describe(group.name, () => {
    test.each(group.rules)('$name: $sentence', { timeout: 450_000 }, async (rule) => {
      const findings = await sanity(ruleId(group, rule));
      expect(findings.map(({ caller }) => caller)).toEqual(rule.callers);
      const kept = findings.map(({ caller }) => ({ caller, result: 'kept', reason: null, left: [] }));
      expect(findings.map(({ caller, result, reason, left }) => ({ caller, result, reason, left }))).toEqual(kept);
    });
  });

async function sanity(rule: string): Promise<readonly Finding[]> {
  const parameters = Object.entries(chosenParameters).map(([name, value]) => `--parameter=${name}=${value}`);
  const options = ['--hostile', '--caller=both', `--size=${size}`, '--time-limit=200', '--json', ...parameters];
  const argv = [sanityProgram, 'sanity', providerDirectory, `--only=${rule}`, ...options];
  const { stdout, stderr } = await node().exec(argv, { timeoutMs: 420_000, reject: false });
  if (stdout === '') throw new Error(stderr);
  return findingsOf(JSON.parse(stdout));
}

function findingsOf({ findings }: { readonly findings: readonly Finding[] }): readonly Finding[] {
  return findings;
}
