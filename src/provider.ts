import type { ParameterDescription, ValuesOf } from './parameters.ts';
import type { HintOf } from './reply.ts';
import type { Request } from './request.ts';
import type { VerbName } from './verbs.ts';

/**
 * What a provider does for Ganeti, one function a verb. What a function returns is written to standard output as it
 * is; what it throws becomes an explanation on standard error and an exit status.
 */
export type Verbs<Parameters> = {
  readonly [Verb in VerbName]: (
    request: Request<Verb, Parameters>,
    checks: readonly string[],
  ) => Promise<string | undefined>;
};

/** What a verb answers that had nothing to do but to look at this node. */
export interface Quick {
  readonly reply: string | undefined;
}

/**
 * Answers of verbs that may have nothing to do: undefined when there may be something after all. They look at no file
 * that can hang, and so need no process that can be given up.
 */
export type QuickAnswers<Parameters> = {
  readonly [Verb in VerbName]?: (request: Request<Verb, Parameters>) => Promise<Quick | undefined>;
};

export interface Provider<Rows extends readonly ParameterDescription[] = readonly ParameterDescription[]> {
  readonly name: string;
  readonly parameters: Rows;
  /** The names of the checks that verify takes as arguments. */
  readonly checkNames: readonly string[];
  readonly verbs: Verbs<ValuesOf<Rows>>;
  readonly quick: QuickAnswers<ValuesOf<Rows>>;
  /** For how many milliseconds the storage may give no answer before a verb is given up. Never throws. */
  readonly patience: () => Promise<number>;
  readonly hintOf: HintOf;
}
