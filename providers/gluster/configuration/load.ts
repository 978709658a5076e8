import { Failure } from '#src/errors.ts';
import { readIfThere } from '#src/files.ts';
import { unknown } from '#src/parameters.ts';
import { usualPatience } from '#src/supervise.ts';
import { type KnownPool, poolsFile, readKnownPools } from './known-pools.ts';
import { parsePools } from './parse.ts';
import { builtinPool, type Pool } from './pool.ts';

export const configurationFile = '/etc/ganeti/gluster.toml';

type Document = Readonly<Record<string, unknown>>;

export interface Configuration {
  /** undefined when there is no configuration file. */
  readonly file: string | undefined;
  readonly defaultPool: string;
  readonly pools: readonly Pool[];
  /** For how many milliseconds a volume may give no answer before the work on it is given up. */
  readonly patience: number;
}

/**
 * Reads the configuration: that of the administrator, and the pools that `gnt-gluster pool` made. Throws a Failure of
 * kind invalid that lists every problem of the file.
 */
export async function loadConfiguration(file = configurationFile, told = poolsFile): Promise<Configuration> {
  return await configurationWith(readKnownPools(told), file);
}

/** What the configuration would be if `gnt-gluster pool` had made some pools, and no others. */
export async function configurationWith(known: readonly KnownPool[], file = configurationFile): Promise<Configuration> {
  const text = readText(file);
  if (text !== undefined) return await parseConfiguration(text, file, known);
  if (known.length > 0) return { ...(await readDocument({}, file, known)), file: undefined };
  return { file: undefined, defaultPool: builtinPool.name, pools: [builtinPool], patience: usualPatience };
}

/** For how many milliseconds a volume may give no answer; the built-in time where there is no valid configuration. */
export async function configuredPatience(file = configurationFile): Promise<number> {
  try {
    return (await loadConfiguration(file)).patience;
  } catch {
    // A verb that hangs is given up with any configuration.
    return usualPatience;
  }
}

function readText(file: string): string | undefined {
  try {
    return readIfThere(file);
  } catch (error) {
    throw invalid(file, [error instanceof Error ? error.message : String(error)], error);
  }
}

/** Parses the text of a configuration file; the TOML library is loaded only here. */
export async function parseConfiguration(
  text: string,
  file: string,
  known: readonly KnownPool[] = [],
): Promise<Configuration> {
  const { parse } = await import('smol-toml');
  let document: Document;
  try {
    document = parse(text);
  } catch (error) {
    throw invalid(file, [error instanceof Error ? error.message.trim() : String(error)], error);
  }
  return await readDocument(document, file, known);
}

async function readDocument(document: Document, file: string, known: readonly KnownPool[]): Promise<Configuration> {
  const { defaultPool, pools, patience, problems } = await parsePools(document, known);
  if (problems.length > 0) throw invalid(file, problems);
  return { file, defaultPool, pools, patience };
}

/** The pool of a name. Throws a Failure of kind invalid that names the nearest pool there is. */
export async function findPool(configuration: Configuration, name: string): Promise<Pool> {
  const pool = configuration.pools.find((candidate) => candidate.name === name);
  if (pool !== undefined) return pool;
  const known = configuration.pools.map((candidate) => candidate.name);
  throw new Failure('invalid', await unknown('pool', name, known), { hint: 'gnt-gluster config check' });
}

function invalid(file: string, problems: readonly string[], cause?: unknown): Failure {
  return new Failure('invalid', `${file} is not a valid configuration`, {
    problems,
    hint: 'gnt-gluster config check',
    ...(cause === undefined ? {} : { cause }),
  });
}
