import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Failure } from '../errors.ts';
import { type VerbName, verbNames } from '../verbs.ts';

/** Ganeti does without these: it skips them where a provider has none. */
export const optionalVerbs: readonly VerbName[] = ['snapshot', 'open', 'close'];

/** The provider that is checked. */
export interface ProviderDirectory {
  /** Absolute. */
  readonly path: string;
  /** What Ganeti calls it. */
  readonly name: string;
  /** The verbs it has a file for. */
  readonly verbs: readonly VerbName[];
  /** The EXTP_ variables of every call, by the names of the parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Looks at a provider's directory. Throws a Failure of kind missing or invalid when there is none. */
export function readProvider(directory: string, parameters: Readonly<Record<string, string>>): ProviderDirectory {
  const path = resolve(directory);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new Failure('missing', `there is no directory ${path}`, {
      hint: 'providers lie in /usr/share/ganeti/extstorage, each in a directory of its own',
    });
  const verbs = verbNames.filter((verb) => statSync(`${path}/${verb}`, { throwIfNoEntry: false }) !== undefined);
  if (verbs.length === 0)
    throw new Failure('invalid', `${path} is no directory of a provider: none of ${verbNames.join(', ')} is in it`);
  const name = basename(path);
  return { path, name, verbs, parameters: { provider: name, access: 'kernelspace', ...parameters } };
}

/** The lines of parameters.list, as Ganeti reads them: one parameter each. */
export function parameterLines(provider: ProviderDirectory): readonly string[] {
  return readFileSync(`${provider.path}/parameters.list`, 'utf8').replace(/\n$/, '').split('\n');
}
