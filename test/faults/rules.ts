import { groups } from '#src/sanity/rules.ts';
import type { LabNode } from '../lab/node.ts';
import { providerDirectory } from '../lab/provider.ts';
import type { Outcome } from './verbs/campaign.ts';

/** What a report of `gnt-gluster sanity --json` tells of a rule. */
interface Finding {
  readonly rule: string;
  readonly caller: string;
  readonly result: string;
  readonly reason: string | null;
}

/** Checks all rules of `gnt-gluster sanity`, each by our own caller and by Ganeti's code. */
export async function checkRules(node: LabNode, name: string): Promise<Outcome> {
  const options = ['--hostile', '--caller=both', '--size=66', '--time-limit=200', '--json'];
  const argv = [`${providerDirectory}/gnt-gluster`, 'sanity', providerDirectory, ...options];
  const { stdout, stderr } = await node.exec(argv, { timeLimit: 3_600_000, reject: false });
  if (stdout === '') throw new Error(stderr);
  const findings = findingsOf(JSON.parse(stdout));
  const failures = findings
    .filter(({ result }) => result !== 'kept')
    .map(({ rule, caller, result, reason }) => `${rule} (${caller}) is ${result}: ${reason ?? ''}`);
  const wanted = groups.flatMap(({ rules }) => rules.flatMap(({ callers }) => callers)).length;
  if (findings.length !== wanted) failures.push(`${findings.length} rules were checked of ${wanted}`);
  return { name, points: wanted, killed: 0, failures };
}

function findingsOf({ findings }: { readonly findings: readonly Finding[] }): readonly Finding[] {
  return findings;
}
