import { attaching, creating, detaching } from './mutants/create-attach.ts';
import { files, surroundings } from './mutants/files.ts';
import { copying, growing, removing, using } from './mutants/grow-remove.ts';
import type { Mutant } from './mutants/mutant.ts';
import { races } from './mutants/races.ts';
import { careless, reporting } from './mutants/words.ts';

/** Every way in which a provider is wrong here. For each rule there is at least one that it must find. */
export const mutants: readonly Mutant[] = [
  ...[files, surroundings, creating, attaching, detaching, growing, using, copying, removing],
  ...[races, reporting, careless],
].flat();
