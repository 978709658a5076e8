import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Mebibytes } from '../units.ts';
import { type CallSite, callVerb } from './caller.ts';
import { newContext, type VerbCalls, verbCalls } from './context.ts';
import { Deviation, NotApplicable } from './deviation.ts';
import { callThroughGaneti } from './ganeti-caller.ts';
import { cleanUp, newLedger } from './ledger.ts';
import type { ProviderDirectory } from './provider-directory.ts';
import type { CallerName } from './rule.ts';
import { reasonToSkip, type Selected } from './select.ts';

export interface Settings {
  readonly provider: ProviderDirectory;
  readonly callers: readonly CallerName[];
  /** The size of the disks; at least 4 MiB. */
  readonly size: Mebibytes;
  /** How long one rule may take, in milliseconds, and then the same again for cleaning up after it. */
  readonly timeLimit: number;
  /** Also what could harm other disks of a careless provider. */
  readonly hostile: boolean;
  /** Nothing new is begun once this says so; disks are removed nevertheless. */
  readonly signal: AbortSignal;
}

/** What came of a rule. `broken` means that it could not be checked, for a reason that is not the provider's. */
export type Result = 'kept' | 'deviates' | 'skipped' | 'broken';

export interface Finding {
  readonly rule: string;
  readonly level: 'required' | 'advised';
  readonly sentence: string;
  readonly source: string;
  readonly caller: CallerName;
  readonly result: Result;
  /** Why it was not kept. */
  readonly reason: string | null;
  readonly seconds: number;
  /** The names of the disks it may have made. */
  readonly disks: readonly string[];
  /** Those of them that could not be removed. */
  readonly left: readonly string[];
}

/** Checks rules one after the other with every caller and tells each finding as soon as it is there. */
export async function checkRules(
  rules: readonly Selected[],
  settings: Settings,
  tell: (finding: Finding) => void,
): Promise<readonly Finding[]> {
  const scratch = mkdtempSync(`${tmpdir()}/sanity-`);
  const findings: Finding[] = [];
  try {
    for (const selected of rules)
      for (const caller of settings.callers) {
        if (settings.signal.aborted) return findings;
        // Most rules make calls that Ganeti does not.
        if (!selected.rule.callers.includes(caller)) continue;
        const finding = await checkRule(selected, caller, settings, scratch);
        findings.push(finding);
        tell(finding);
      }
    return findings;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function checkRule(
  { id, rule }: Selected,
  caller: CallerName,
  { provider, size, timeLimit, hostile, signal }: Settings,
  scratch: string,
): Promise<Finding> {
  const { level, sentence, source } = rule;
  const start = performance.now();
  const ledger = newLedger();
  const until =
    (end: number): CallSite['timeLeft'] =>
    () =>
      Math.max(1, end - performance.now());
  const site = { provider, scratch, timeLeft: until(start + timeLimit), signal };
  const calls = caller === 'ganeti' ? callThroughGaneti : callVerb;
  const reason = reasonToSkip(rule, provider, hostile);
  const outcome =
    reason === undefined
      ? await outcomeOf(() => rule.check(newContext(site, size, ledger, calls)))
      : ({ result: 'skipped', reason } as const);
  const left = await cleanUp(ledger, cleaners(provider, scratch, until(performance.now() + timeLimit)));
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  const disks = ledger.made().map(({ name }) => name);
  return { rule: id, level, sentence, source, caller, ...outcome, seconds, disks, left };
}

/** Not stopped by a signal: what was made is removed. */
function cleaners(provider: ProviderDirectory, scratch: string, timeLeft: CallSite['timeLeft']): VerbCalls {
  const site = { provider, scratch, timeLeft };
  return verbCalls((verb, variables, options) => callVerb(site, verb, variables, options));
}

async function outcomeOf(check: () => Promise<void>): Promise<Pick<Finding, 'result' | 'reason'>> {
  try {
    await check();
    return { result: 'kept', reason: null };
  } catch (error) {
    if (error instanceof Deviation) return { result: 'deviates', reason: error.message };
    if (error instanceof NotApplicable) return { result: 'skipped', reason: error.message };
    return { result: 'broken', reason: error instanceof Error ? error.message : String(error) };
  }
}
