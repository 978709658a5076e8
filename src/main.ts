import { Failure } from './errors.ts';
import type { ParameterDescription } from './parameters.ts';
import type { Provider } from './provider.ts';
import { quote } from './quote.ts';
import { type HintOf, print, reportFailure } from './reply.ts';
import { parseRequest } from './request.ts';
import { isWorker, supervise, watch } from './supervise.ts';
import { usageOf } from './usage.ts';
import { type VerbName, verbs } from './verbs.ts';

/** Runs one verb as Ganeti calls it and ends the process: the only place where an error of a verb is caught. */
export async function main<Verb extends VerbName, const Rows extends readonly ParameterDescription[]>(
  verb: Verb,
  provider: Provider<Rows>,
): Promise<never> {
  process.exit(await runVerb(verb, provider, process.argv.slice(2), process.env));
}

/**
 * Runs one verb with arguments and an environment; returns its exit status. What may touch a volume is done by a
 * process of its own. Whatever happens is said, nothing is thrown.
 */
export async function runVerb<Verb extends VerbName, const Rows extends readonly ParameterDescription[]>(
  verb: Verb,
  provider: Provider<Rows>,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    if (args[0] === '-h' || args[0] === '--help') {
      print(usageOf(verb, provider));
      return 0;
    }
    checkArguments(verb, provider, args);
    const request = await parseRequest(verb, environment, provider.parameters);
    requireRoot();
    if (isWorker(verb, environment)) return answer(await provider.verbs[verb](request, args));
    const quick = await provider.quick[verb]?.(request);
    if (quick !== undefined) return answer(quick.reply);
    return await supervise({ program: verb, args, environment, patience: provider.patience });
  } catch (error) {
    return reportFailure(verb, error, provider.hintOf);
  }
}

/**
 * Watches the worker of a verb for the script that started it, told as VERB PID, and ends the process: with 0 when the
 * worker has ended, else with the status of what gave no answer.
 */
export async function watchWorker(
  [verb = '', worker = '']: readonly string[],
  patience: () => Promise<number>,
  hintOf: HintOf,
): Promise<never> {
  try {
    await watch(verb, Number(worker), patience);
    process.exit(0);
  } catch (error) {
    process.exit(reportFailure(verb, error, hintOf));
  }
}

function answer(reply: string | undefined): number {
  if (reply !== undefined) print(reply);
  return 0;
}

/** ganeti-extstorage-interface(7): a verb that gets arguments it does not expect shows its usage and fails. */
function checkArguments(verb: VerbName, provider: Pick<Provider, 'checkNames'>, args: readonly string[]): void {
  const unexpected = verb === 'verify' ? args.filter((argument) => !provider.checkNames.includes(argument)) : args;
  if (unexpected.length === 0) return;
  const { summary } = verbs[verb];
  throw new Failure('usage', `unexpected argument ${quote(unexpected[0] ?? '')}`, {
    problems: [
      `usage: ${verb}${verb === 'verify' ? ` [${provider.checkNames.join('|')}]...` : ', without arguments'} (${summary})`,
    ],
    hint: `${verb} --help`,
  });
}

/** Everything a verb does needs root; to find out half-way would be worse. */
export function requireRoot(): void {
  if (process.getuid?.() !== 0) throw new Failure('environment', 'only root can do this');
}
