import type { ParameterDescription } from './parameters.ts';
import type { Request } from './request.ts';
import type { VerbName } from './verbs.ts';

/**
 * What a provider does for Ganeti, one function a verb. What a function returns is written to standard output as it
 * is; what it throws becomes an explanation on standard error and an exit status.
 */
export type Verbs = {
  readonly [Verb in VerbName]: (request: Request<Verb>, checks: readonly string[]) => Promise<string | undefined>;
};

export interface Provider {
  readonly name: string;
  readonly parameters: readonly ParameterDescription[];
  /** The names of the checks that verify takes as arguments. */
  readonly checkNames: readonly string[];
  readonly verbs: Verbs;
}
