import type { VerbName } from '../verbs.ts';
import type { Context } from './context.ts';

/** Who calls the verbs: we do, as Ganeti does, or Ganeti's own code. */
export type CallerName = 'direct' | 'ganeti';

/** One thing that a provider must do, or had better do. */
export interface Rule {
  /** Unique in its group. */
  readonly name: string;
  /** What is true of a provider that keeps the rule. */
  readonly sentence: string;
  /** What asks for it: the interface, what Ganeti does, or what an administrator expects. */
  readonly source: string;
  /** Advised: Ganeti works without it, those who run Ganeti will miss it. */
  readonly level: 'required' | 'advised';
  /** The optional verbs it is about; it is skipped where one of them is not there. */
  readonly needs: readonly VerbName[];
  /** Who can do its calls. */
  readonly callers: readonly CallerName[];
  /** It gives verbs what Ganeti never gives: a provider that checks nothing could delete what is not its own. */
  readonly hostile?: boolean;
  /** Returns when the rule is kept. Throws a Deviation when it is not, NotApplicable when that cannot be said. */
  readonly check: (context: Context) => Promise<void>;
}

export interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** `group/name`, as --only and the report have it. */
export function ruleId(group: Group, rule: Rule): string {
  return `${group.name}/${rule.name}`;
}
