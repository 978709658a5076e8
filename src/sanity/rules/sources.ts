import type { CallerName, Rule } from '../rule.ts';

/** The two documents that rules come from. */
const manual = 'ganeti-extstorage-interface(7)';
const code = 'Ganeti 3.0, lib/storage/extstorage.py';

/** A part of the interface's manual. */
export function interfaceSays(part: string): string {
  return `${manual}, ${part}`;
}

/** A function of Ganeti's that depends on it. */
export function ganetiDoes(part: string): string {
  return `${code}, ${part}`;
}

/** Rules whose calls both callers can make. */
export const bothCallers: readonly CallerName[] = ['direct', 'ganeti'];

type Few = Pick<Rule, 'name' | 'sentence' | 'source' | 'check'> & Partial<Rule>;

/** A rule that Ganeti or its users' data depend on. */
export function required(rule: Few): Rule {
  return { level: 'required', needs: [], callers: ['direct'], ...rule };
}

/** A rule that those who run Ganeti will miss. */
export function advised(rule: Few): Rule {
  return { level: 'advised', needs: [], callers: ['direct'], ...rule };
}
