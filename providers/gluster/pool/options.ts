import { type Rule, rules, type Shape } from './option-rules.ts';
import { isSame } from './option-values.ts';

/** How an option of a volume is. */
export type Setting = Pick<Rule, 'option' | 'wanted' | 'grade' | 'why'> & {
  /** What holds now, whether it was set or not. */
  readonly value: string;
  /** fixed: it differs, and must not be changed. */
  readonly state: 'ok' | 'differs' | 'fixed';
};

/** How the options of a volume are, in the order of the rules. `values`: what holds of each option now. */
export function settingsOf(values: ReadonlyMap<string, string>, shape: Shape): readonly Setting[] {
  return rules
    .filter(({ of }) => of === undefined || of(shape))
    .map(({ option, wanted, grade, why, also, fixed }) => {
      const value = values.get(option) ?? '';
      const isGood = isSame(value, wanted) || also?.(value) === true;
      return { option, wanted, grade, why, value, state: isGood ? 'ok' : fixed === true ? 'fixed' : 'differs' };
    });
}
