import { Failure } from '../errors.ts';
import type { ProviderDirectory } from './provider-directory.ts';
import { type Group, type Rule, ruleId } from './rule.ts';
import { groups } from './rules.ts';

export interface Selected {
  /** `group/name`. */
  readonly id: string;
  readonly rule: Rule;
}

/** All rules with their names. */
export const allRules: readonly Selected[] = groups.flatMap(membersOf);

/**
 * The rules that are meant by names of groups or `group/name`; all when there are none. Throws a Failure of kind usage.
 */
export async function selectRules(names: readonly string[]): Promise<readonly Selected[]> {
  const known = [...groups.map(({ name }) => name), ...allRules.map(({ id }) => id)];
  const strange = names.filter((name) => !known.includes(name));
  if (strange.length > 0) {
    const { closest } = await import('fastest-levenshtein');
    throw new Failure('usage', `there is no such rule or group`, {
      problems: strange.map((name) => `${name}: did you mean ${closest(name, known)}?`),
      hint: 'see --list',
    });
  }
  return allRules.filter(({ id }) => names.length === 0 || names.includes(id) || names.includes(groupOf(id)));
}

/** The name of the group of a rule. */
export function groupOf(id: string): string {
  return id.split('/', 1)[0] ?? '';
}

/** Why a rule is not checked, or undefined. */
export function reasonToSkip(rule: Rule, provider: ProviderDirectory, hostile: boolean): string | undefined {
  const lacking = rule.needs.filter((verb) => !provider.verbs.includes(verb));
  if (lacking.length > 0) return `the provider has no ${lacking.join(' and no ')}`;
  if (rule.hostile === true && !hostile) return 'could harm other disks of a careless provider: only with --hostile';
  return undefined;
}

function membersOf(group: Group): readonly Selected[] {
  return group.rules.map((rule) => ({ id: ruleId(group, rule), rule }));
}
