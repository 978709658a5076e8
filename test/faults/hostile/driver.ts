/**
 * Runs inside a node: calls the verbs with generated arguments and environments, on the real volume. Arguments: how
 * many calls, the seed, and the file for the result, as JSON.
 */
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { provider } from '#gluster/provider.ts';
import { runVerb } from '#src/main.ts';
import { workerVariable } from '#src/supervise.ts';
import { anyCall, type HostileCall, mayWork } from './environments.ts';

/** What the calls came to. */
export interface HostileResult {
  /** How often each exit status was seen. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

const [runs = '', seed = '', output = ''] = process.argv.slice(2);
const statuses: Record<string, number> = {};
const problems: string[] = [];

for (const call of fc.sample(anyCall, { numRuns: Number(runs), seed: Number(seed) })) {
  // This process is the worker: it has nobody beside it who could do the work.
  const environment = { ...call.environment, [workerVariable]: call.verb };
  const status = await runVerb(call.verb, provider, call.args, environment);
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (status === 1) problems.push(`a fault of the program: ${describe(call)}`);
  if (status === 0 && !mayWork(call)) problems.push(`exit 0 by mistake: ${describe(call)}`);
  if (problems.length > 20) break;
}
writeFileSync(output, JSON.stringify({ statuses, problems }));
process.exit(0);

function describe({ verb, args, environment }: HostileCall): string {
  return `${verb} ${JSON.stringify(args)} ${JSON.stringify(environment)}`;
}
