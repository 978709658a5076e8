import type { Change } from '../support/provider.ts';

/** A provider that is wrong in one way: the reference with a small change. */
export interface Mutant {
  /** What is wrong with it. */
  readonly name: string;
  readonly changes?: readonly Change[];
  /** A change of its directory. */
  readonly arrange?: (directory: string) => void;
  /** The rules that must find it. */
  readonly rules: readonly string[];
  /** What one of them must say. */
  readonly reason?: RegExp;
  /** The groups and rules that are checked; left out: the whole groups of `rules`, which finds no other. */
  readonly only?: readonly string[];
  /** Seconds for one rule, where one of them hangs. */
  readonly seconds?: number;
}
