import { Failure } from '#src/errors.ts';
import { quote } from '#src/quote.ts';
import { note } from '#src/reply.ts';
import { checkRules, type Finding, type Settings } from '#src/sanity/check.ts';
import { killChildren } from '#src/sanity/child.ts';
import { ganetiVersion } from '#src/sanity/ganeti-caller.ts';
import { readProvider } from '#src/sanity/provider-directory.ts';
import type { CallerName } from '#src/sanity/rule.ts';
import { type Selected, selectRules } from '#src/sanity/select.ts';
import type { CommandInput, Report } from './command.ts';
import { counted, findingsText, rulesText } from './sanity-report.ts';

const usualSize = 8;
const leastSize = 4;
const usualSeconds = 120;

/** gnt-gluster sanity DIR: checks any provider against the ExtStorage interface, with disks of random names. */
export async function sanity(input: CommandInput): Promise<Report> {
  const only = (input.lists.only ?? []).flatMap((names) => names.split(','));
  const rules = await selectRules(only);
  if (input.flags.has('list')) return await listRules(rules);
  const version = await ganetiVersion();
  const settings = parseSettings(input, version !== undefined);
  const signals = abortOnSignal();
  const findings = await checkRules(rules, { ...settings, signal: signals.signal }, tell);
  const strict = input.flags.has('strict');
  const conforms = findings.every((finding) => isFine(finding, strict));
  const { path, name, parameters } = settings.provider;
  const text = await findingsText(findings, conforms);
  signals.end(text);
  const ganeti = settings.callers.includes('ganeti') ? (version ?? null) : null;
  const json = { provider: name, directory: path, parameters, size: settings.size, ganeti, conforms };
  return {
    json: { ...json, counts: counted(findings), findings: findings.map((finding) => ({ ...finding })) },
    text,
    bad: !conforms,
  };
}

async function listRules(rules: readonly Selected[]): Promise<Report> {
  const json = rules.map(({ id, rule: { sentence, level, source, needs, callers, hostile = false } }) => {
    return { rule: id, level, sentence, source, needs, callers, hostile };
  });
  return { json, text: await rulesText(rules) };
}

function isFine({ result, level, left }: Finding, strict: boolean): boolean {
  if (result === 'broken' || left.length > 0) return false;
  return result !== 'deviates' || (level === 'advised' && !strict);
}

function parseSettings({ operands, options, flags, lists }: CommandInput, ganeti: boolean): Omit<Settings, 'signal'> {
  const problems: string[] = [];
  const number = (name: string, usual: number, least: number): number => {
    const text = options[name] ?? String(usual);
    if (/^[0-9]{1,7}$/.test(text) && Number(text) >= least) return Number(text);
    problems.push(`--${name} takes a whole number from ${least} on, not ${quote(text)}`);
    return usual;
  };
  const size = number('size', usualSize, leastSize);
  const timeLimit = 1000 * number('time-limit', usualSeconds, 1);
  const parameters = (lists.parameter ?? []).map((text) => {
    if (!/^[A-Za-z0-9_]+=/.test(text)) problems.push(`--parameter takes NAME=VALUE, not ${quote(text)}`);
    return [text.split('=', 1)[0] ?? '', text.slice(text.indexOf('=') + 1)] as const;
  });
  const [directory] = operands;
  if (directory === undefined) problems.push('no DIR is given: the directory of a provider');
  const callers = callersOf(options.caller ?? (ganeti ? 'both' : 'direct'), ganeti, problems);
  if (problems.length > 0)
    throw new Failure('usage', 'wrong options of sanity', { problems, hint: 'gnt-gluster sanity --help' });
  const provider = readProvider(directory ?? '', Object.fromEntries(parameters));
  return { provider, callers, size, timeLimit, hostile: flags.has('hostile') };
}

function callersOf(text: string, ganeti: boolean, problems: string[]): readonly CallerName[] {
  const wanted =
    text === 'both' ? (['direct', 'ganeti'] as const) : (['direct', 'ganeti'] as const).filter((name) => name === text);
  if (wanted.length === 0) problems.push(`--caller takes direct, ganeti or both, not ${quote(text)}`);
  if (wanted.includes('ganeti') && !ganeti) problems.push(`--caller ${text} needs Ganeti 3 on this node`);
  return wanted;
}

/** A person sees that it goes on. */
function tell({ rule, caller, result, seconds }: Finding): void {
  if (process.stderr.isTTY) note(`${rule} (${caller}): ${result}, ${seconds} s`);
}

/**
 * The first SIGINT, SIGTERM or SIGHUP lets the verb that runs come to its end and begins nothing new; the disks are
 * removed. Each further one kills the verb that runs. In the end, `end` prints what was found and dies of the signal.
 */
function abortOnSignal(): { readonly signal: AbortSignal; readonly end: (text: string) => void } {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const controller = new AbortController();
  let received: (typeof names)[number] | undefined;
  const handlers = names.map((name) => {
    const handle = (): void => {
      if (received === undefined) note('sanity: stopping; the disks that were made are removed');
      else killChildren();
      received = name;
      controller.abort();
    };
    process.on(name, handle);
    return () => process.off(name, handle);
  });
  const end = (text: string): void => {
    for (const remove of handlers) remove();
    if (received === undefined) return;
    note(text.trimEnd());
    process.kill(process.pid, received);
  };
  return { signal: controller.signal, end };
}
