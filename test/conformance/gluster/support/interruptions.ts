import { workerVariable } from '#src/supervise.ts';
import { call, commandLine } from '../../support/caller.ts';
import { node } from '../../support/lab.ts';
import { providerDirectory, type Verb } from '../../support/provider.ts';

type Variables = Readonly<Record<string, string>>;
type Parameters = Readonly<Record<string, string>>;

const script = `
condition=$1; shift
"$@" <&- >/tmp/killed.log 2>&1 &
pid=$!
until eval "$condition"; do
  kill -0 $pid 2>/dev/null || { cat /tmp/killed.log; echo "it ended before: $condition"; exit 1; }
done
kill -KILL $pid
wait $pid
test $? -eq 137
`;

/** The variable with which a verb does its work by itself, and has no process of its own for it. */
export function asWorker(verb: Verb): Readonly<Record<string, string>> {
  return { [workerVariable]: verb };
}

/**
 * Runs a verb and kills it with SIGKILL as soon as a condition of the shell holds; throws when it ends before that. It
 * is the process that Ganeti started which is killed: the one that works for it has to end by itself.
 */
export async function killWhen(
  condition: string,
  verb: Verb,
  variables: Variables,
  parameters: Parameters = {},
): Promise<void> {
  const argv = ['sh', '-c', script, 'sh', condition, ...commandLine(verb, variables, { parameters })];
  await node().exec(argv, { cwd: providerDirectory, timeLimit: 60_000 });
}

/**
 * Runs a verb that does its work by itself, and is killed with SIGKILL in place of its n-th call of a system call.
 * Returns whether it was; it has done its work when it was not.
 */
export async function killAt(
  systemCall: string,
  count: number,
  verb: Verb,
  variables: Variables,
  parameters: Parameters = {},
): Promise<boolean> {
  const trace = ['-e', `trace=${systemCall}`, '-e', `inject=${systemCall}:signal=KILL:when=${count}`];
  const wrapper = ['/usr/bin/strace', '-qq', '-o', '/dev/null', ...trace];
  const { exitCode, said } = await call(verb, variables, { parameters, wrapper, daemon: asWorker(verb) });
  if (exitCode !== 0 && exitCode !== 137) throw new Error(`${verb} under strace: exit ${exitCode}: ${said}`);
  return exitCode === 137;
}
