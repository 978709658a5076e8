import { Failure } from '#src/errors.ts';
import { type CommandResult, commandFailed, run } from '#src/exec.ts';

export interface VolumeInfo {
  readonly name: string;
  readonly started: boolean;
  /** The hosts that hold bricks, each once, in the order of the bricks. */
  readonly hosts: readonly string[];
}

/** What the glusterd of this node says of a volume, or undefined when it has no such volume. */
export async function volumeInfo(name: string): Promise<VolumeInfo | undefined> {
  const result = await gluster(['volume', 'info', name]);
  return await parseVolumeInfo(result, name);
}

/** One gluster command with XML output. A dead peer can make it wait for two minutes; we do not. */
async function gluster(args: readonly string[]): Promise<CommandResult> {
  const result = await run(['gluster', '--mode=script', '--xml', '--timeout=10', ...args], { timeLimit: 12_000 });
  if (!result.stdout.includes('<cliOutput>'))
    // Without glusterd it prints a plain sentence in place of XML.
    throw new Failure('unavailable', 'the glusterd of this node does not answer', {
      hint: 'systemctl status glusterd, or name servers in /etc/ganeti/gluster.toml',
      command: { argv: result.argv, outcome: `exit status ${result.exitCode}`, output: result.stdout + result.stderr },
    });
  return result;
}

/** Reads `volume info --xml`. Its exit status says only that XML was written: opRet tells. */
export async function parseVolumeInfo(result: CommandResult, name: string): Promise<VolumeInfo | undefined> {
  const output = child(await parseXml(result), 'cliOutput');
  if (text(output, 'opRet') !== '0') {
    if (/does not exist/.test(text(output, 'opErrstr'))) return undefined;
    throw commandFailed(result, `gluster: ${text(output, 'opErrstr') || 'the command failed without a reason'}`);
  }
  const volumes = children(child(child(output, 'volInfo'), 'volumes'), 'volume');
  const volume = volumes.find((candidate) => text(candidate, 'name') === name);
  if (volume === undefined) return undefined;
  const bricks = children(child(volume, 'bricks'), 'brick').map((brick) => text(brick, 'name'));
  const hosts = bricks.map((brick) => brick.slice(0, brick.lastIndexOf(':/'))).filter((host) => host !== '');
  return { name, started: text(volume, 'status') === '1', hosts: [...new Set(hosts)] };
}

async function parseXml(result: CommandResult): Promise<unknown> {
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  // Warnings can stand before the document.
  const xml = result.stdout.slice(Math.max(0, result.stdout.indexOf('<?xml')));
  try {
    const parser = new XMLParser({ parseTagValue: false, isArray: (tag) => tag === 'volume' || tag === 'brick' });
    if (XMLValidator.validate(xml) === true) return parser.parse(xml);
  } catch {
    // Some damage passes the validator and not the parser.
  }
  throw commandFailed(result, 'gluster printed something that is not XML');
}

function child(node: unknown, tag: string): unknown {
  return typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[tag] : undefined;
}

function children(node: unknown, tag: string): readonly unknown[] {
  const found = child(node, tag);
  return Array.isArray(found) ? found : [];
}

function text(node: unknown, tag: string): string {
  const found = child(node, tag);
  return typeof found === 'string' ? found.trim() : '';
}
