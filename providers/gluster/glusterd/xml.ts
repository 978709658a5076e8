import { isIpv6 } from '#gluster/configuration/hosts.ts';
import { Failure } from '#src/errors.ts';
import { type CommandOptions, type CommandResult, commandFailed, run } from '#src/exec.ts';

/** How long a glusterd is waited for, in seconds. */
const patience = 10;

/**
 * The options with which gluster asks the glusterd of another host, by a name or an address. Unless told it knows IPv4
 * only (cli_rpc_init of cli.c).
 */
export function glusterdAt(host: string): readonly string[] {
  return [...(isIpv6(host) ? ['--inet6'] : []), `${remoteHost}${host}`];
}

const remoteHost = '--remote-host=';

/**
 * Runs one gluster command that prints XML, whatever it prints. A dead peer can make it wait for two minutes; we wait
 * `seconds`. Throws a Failure of kind unavailable when the glusterd that is asked does not answer.
 */
export async function runGluster(
  args: readonly string[],
  seconds = patience,
  options: Pick<CommandOptions, 'ownGroup'> = {},
): Promise<CommandResult> {
  const argv = ['gluster', '--mode=script', '--xml', `--timeout=${seconds}`, ...args];
  const result = await run(argv, { timeLimit: (seconds + 2) * 1000, ...options });
  const host = args.find((one) => one.startsWith(remoteHost))?.slice(remoteHost.length);
  if (!result.stdout.includes('<cliOutput>'))
    // Without glusterd it prints a plain sentence in place of XML.
    throw new Failure('unavailable', `the glusterd of ${host ?? 'this node'} does not answer`, {
      hint:
        host === undefined
          ? 'systemctl status glusterd, or name servers in /etc/ganeti/gluster.toml'
          : `on ${host}: systemctl status glusterd`,
      command: { argv: result.argv, outcome: `exit status ${result.exitCode}`, output: result.stdout + result.stderr },
    });
  return result;
}

/** What a gluster command answered. Throws a Failure of kind failed, with the reason it gave, when it was refused. */
export async function askGluster(
  args: readonly string[],
  seconds = patience,
  options: Pick<CommandOptions, 'ownGroup'> = {},
): Promise<unknown> {
  const result = await runGluster(args, seconds, options);
  const output = await outputOf(result);
  if (text(output, 'opRet') !== '0') throw refused(result, output);
  return output;
}

/** What gluster printed. Throws a Failure of kind failed for anything but XML. */
export async function outputOf(result: CommandResult): Promise<unknown> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  // Warnings can stand before the document.
  const xml = result.stdout.slice(Math.max(0, result.stdout.indexOf('<?xml')));
  try {
    const parser = new XMLParser({ parseTagValue: false });
    if (XMLValidator.validate(xml) === true) return child(parser.parse(xml), 'cliOutput');
  } catch {
    // Some damage passes the validator and not the parser.
  }
  throw commandFailed(result, 'gluster printed something that is not XML');
}

/** The Failure of a command whose exit status says only that XML was written: opRet tells. */
export function refused(result: CommandResult, output: unknown): Failure {
  return commandFailed(result, `gluster: ${text(output, 'opErrstr') || 'the command failed without a reason'}`);
}

/** The element of a tag inside another one; the first where there are several. */
export function child(element: unknown, tag: string): unknown {
  return children(element, tag)[0];
}

/** All elements of a tag inside another one. */
export function children(element: unknown, tag: string): readonly unknown[] {
  const found = typeof element === 'object' && element !== null ? (element as Record<string, unknown>)[tag] : undefined;
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

/** The text of the element of a tag inside another one; empty where there is none. */
export function text(element: unknown, tag: string): string {
  const found = child(element, tag);
  return typeof found === 'string' ? found.trim() : '';
}

/** The whole number in the element of a tag inside another one; undefined for anything else, such as a dash. */
export function count(element: unknown, tag: string): number | undefined {
  const found = text(element, tag);
  return /^\d+$/.test(found) ? Number(found) : undefined;
}
