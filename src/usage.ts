import { exitStatus, exitStatusMeaning, type FailureKind } from './errors.ts';
import type { Provider } from './provider.ts';
import { type VerbDescription, type VerbName, variableMeaning, verbs } from './verbs.ts';

/** The usage text of one verb, from the tables that parse its request. */
export function usageOf(verb: VerbName, provider: Provider): string {
  const { summary, required, optional }: VerbDescription = verbs[verb];
  const parameters = provider.parameters.filter((parameter) => parameter.verbs.includes(verb));
  const failures = Object.keys(exitStatus) as readonly FailureKind[];
  return [
    `usage: ${verb}${verb === 'verify' ? ' [CHECK...]' : ''}`,
    '',
    `${summary[0]?.toUpperCase()}${summary.slice(1)}. This is a verb of the ExtStorage provider ${provider.name}.`,
    'Ganeti runs it with these variables in its environment:',
    '',
    ...required.map((name) => row(name, variableMeaning[name])),
    ...optional.map((name) => row(name, `${variableMeaning[name]} (optional)`)),
    ...(parameters.length === 0 ? [] : ['', 'parameters, given as --disk 0:NAME=VALUE:', '']),
    ...parameters.map(({ name, summary: meaning }) => row(`EXTP_${name.toUpperCase()}`, meaning)),
    ...(verb === 'verify' ? ['', `checks (default: all): ${provider.checkNames.join(', ')}`] : []),
    '',
    'exit status:',
    '',
    row('0', 'done, or nothing left to do'),
    ...failures.map((kind) => row(String(exitStatus[kind]), exitStatusMeaning[kind])),
    '',
  ].join('\n');
}

function row(name: string, meaning: string): string {
  return `  ${name.padEnd(20)} ${meaning}`;
}
