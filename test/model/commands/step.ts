import type fc from 'fast-check';
import { requireInvariants } from '../invariants.ts';
import type { Model, Name, Where } from '../model.ts';
import type { Real } from '../real.ts';

export type Step = fc.AsyncCommand<Model, Real, false>;

export interface StepParts {
  /** As a person would write it down. */
  readonly text: string;
  /** On which node it happens; left out for what an administrator does by hand. */
  readonly node?: number;
  /** Whether it makes sense; always unless told. */
  readonly can?: (model: Readonly<Model>) => boolean;
  readonly act: (model: Model, real: Real) => Promise<void>;
}

/** A step of a sequence; after it all invariants are looked at. */
export function step({ text, node, can = () => true, act }: StepParts): Step {
  const line = node === undefined ? text : `n${node + 1}: ${text}`;
  return {
    toString: () => line,
    check: can,
    run: async (model, real) => {
      real.log.push(`# ${line}`);
      await act(model, real);
      await requireInvariants(model, real, node);
    },
  };
}

/** For the text of a step. */
export function whereText({ pool, volume }: Where): string {
  return `${pool === undefined ? '' : ` pool=${pool}`}${volume === undefined ? '' : ` volume=${volume}`}`;
}

/** Which image a step on a node is about. */
export interface On {
  readonly node: number;
  readonly name: Name;
  readonly where: Where;
  /** Also where it cannot lead to anything: there is no such image, or there is one already. */
  readonly blind: boolean;
}

/** Whether a node has an image attached or leased. */
export function isHere({ nodes, images }: Readonly<Model>, node: number, name: Name): boolean {
  const leased = images.some((image) => image.name === name && image.data.granted.has(node));
  return leased || nodes[node]?.attached.has(name) === true;
}

/** Whether there is an image of the name, wherever it is. */
export function exists({ images }: Readonly<Model>, name: Name): boolean {
  return images.some((image) => image.name === name);
}

/** The same without the volume. */
export function poolOf({ pool }: Where): Where {
  return pool === undefined ? {} : { pool };
}
