import { readdirSync, readFileSync, statSync } from 'node:fs';
import { type VerbName, verbNames } from '../../verbs.ts';
import { Deviation, must } from '../deviation.ts';
import { optionalVerbs, type ProviderDirectory, parameterLines } from '../provider-directory.ts';
import type { Group } from '../rule.ts';
import { advised, ganetiDoes, interfaceSays, required } from './sources.ts';

/** What is in the provider's directory; nothing is called. */
export const layout: Group = {
  name: 'layout',
  rules: [
    required({
      name: 'required-verbs',
      sentence: 'create, attach, detach, remove, grow, setinfo and verify are executable files',
      source: interfaceSays('REFERENCE'),
      check: async ({ provider }) => {
        for (const verb of verbNames) if (!optionalVerbs.includes(verb)) requireExecutable(provider, verb);
      },
    }),
    required({
      name: 'optional-verbs',
      sentence: 'snapshot, open and close are executable files where they exist',
      source: ganetiDoes('_CheckExtStorageFile'),
      check: async ({ provider }) => {
        for (const verb of provider.verbs) if (optionalVerbs.includes(verb)) requireExecutable(provider, verb);
      },
    }),
    required({
      name: 'parameters-list',
      sentence: 'parameters.list has a name and a description on every line',
      source: interfaceSays('parameters.list'),
      check: async ({ provider }) => {
        const path = `${provider.path}/parameters.list`;
        if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
          throw new Deviation(`there is no file ${path}`);
        if (readFileSync(path, 'utf8') === '') return;
        for (const [index, line] of parameterLines(provider).entries())
          must(/^\S+[ \t]+\S/.test(line), `line ${index + 1} has no name or no description: ${JSON.stringify(line)}`);
      },
    }),
    advised({
      name: 'parameter-names',
      sentence: 'no parameter has the name of another, and every name is of a-z, 0-9 and _',
      source: `${ganetiDoes('_ExtStorageEnvironment')}: EXTP_ and the name in capitals`,
      check: async ({ provider }) => {
        const names = parameterLines(provider).map((line) => line.split(/[ \t]/, 1)[0] ?? '');
        for (const [index, name] of names.entries()) {
          must(/^([a-z][a-z0-9_]*)?$/.test(name), `parameter ${name} is not of a-z, 0-9 and _`);
          must(name === '' || names.indexOf(name) === index, `parameter ${name} is listed twice`);
        }
      },
    }),
    advised({
      name: 'writable',
      sentence: 'nobody but its owner can write to the directory or anything in it',
      source: 'Ganeti runs it as root',
      check: async ({ provider }) => {
        const entries = ['.', ...readdirSync(provider.path, { recursive: true, encoding: 'utf8' })];
        for (const entry of entries) {
          const status = statSync(`${provider.path}/${entry}`, { throwIfNoEntry: false });
          const open = status !== undefined && (status.mode & 0o022) !== 0;
          must(!open, `others than its owner can write to ${provider.path}/${entry}`);
        }
      },
    }),
  ],
};

/** stat follows links, as Ganeti's does. */
function requireExecutable({ path }: ProviderDirectory, verb: VerbName): void {
  const status = statSync(`${path}/${verb}`, { throwIfNoEntry: false });
  if (status === undefined) throw new Deviation(`there is no ${path}/${verb}`);
  must(status.isFile(), `${path}/${verb} is not a regular file`);
  must((status.mode & 0o100) !== 0, `${path}/${verb} is not executable by its owner`);
}
