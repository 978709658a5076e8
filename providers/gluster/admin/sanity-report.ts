import type { Finding, Result } from '#src/sanity/check.ts';
import type { Selected } from '#src/sanity/select.ts';
import { table } from './table.ts';

/** How many findings there are of each kind. */
export function counted(findings: readonly Finding[]): Readonly<Record<Result | 'advice', number>> {
  const counts = { kept: 0, deviates: 0, advice: 0, skipped: 0, broken: 0 };
  for (const finding of findings) counts[kindOf(finding)] += 1;
  return counts;
}

/** The table of all findings, then each that was not kept with its reason, then one line that sums up. */
export async function findingsText(findings: readonly Finding[], conforms: boolean): Promise<string> {
  const rows = findings.map((finding) => [nameOf(finding), kindOf(finding), finding.seconds.toFixed(1)]);
  const told = findings.filter(({ result, left }) => result !== 'kept' || left.length > 0);
  const { kept, deviates, advice, skipped, broken } = counted(findings);
  const sum = [
    `${kept} kept`,
    `${deviates} deviate`,
    `${advice} against advice`,
    `${skipped} skipped`,
    ...(broken > 0 ? [`${broken} could not be checked`] : []),
  ];
  return [
    await table(['Rule', 'Result', 'Seconds'], rows),
    ...told.map(explanation),
    `\n${conforms ? 'conforms' : 'DOES NOT CONFORM'}: ${sum.join(', ')}\n`,
  ].join('');
}

/** What --list prints. */
export async function rulesText(rules: readonly Selected[]): Promise<string> {
  return await table(
    ['Rule', 'Level', 'Is kept when', 'Asked for by'],
    rules.map(({ id, rule }) => [id, rule.level, rule.sentence, rule.source]),
  );
}

function explanation(finding: Finding): string {
  const { sentence, source, reason, left } = finding;
  if (finding.result === 'skipped' && left.length === 0) return `\n${nameOf(finding)}: skipped: ${reason}\n`;
  return [
    `\n${nameOf(finding)}: ${kindOf(finding)}: ${reason ?? 'kept'}`,
    `  the rule: ${sentence}`,
    `  asked for by: ${source}`,
    ...(left.length === 0 ? [] : [`  LEFT BEHIND: ${left.join(' ')}`]),
    '',
  ].join('\n');
}

function kindOf({ result, level }: Finding): Result | 'advice' {
  return result === 'deviates' && level === 'advised' ? 'advice' : result;
}

function nameOf({ rule, caller }: Finding): string {
  return caller === 'ganeti' ? `${rule} (by Ganeti)` : rule;
}
