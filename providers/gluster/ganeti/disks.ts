import { Failure } from '#src/errors.ts';
import { commandFailed, mustRun, run } from '#src/exec.ts';
import { parseObject, readIfThere, textField } from '#src/files.ts';
import type { Mebibytes } from '#src/units.ts';
import { ganetiDirectory, ganetiNodes, isSameNode } from './ssconf.ts';
import { thisNode } from './this-node.ts';

/** A disk of the template ext, as Ganeti knows it. */
export interface GanetiDisk {
  readonly uuid: string;
  readonly provider: string;
  /** The name of its image. */
  readonly image: string;
  /** undefined: it was detached from its instance, and is kept. */
  readonly instance: string | undefined;
  /** How large Ganeti believes it to be; undefined when its configuration does not say. */
  readonly size?: Mebibytes | undefined;
}

/** Ganeti's whole configuration, on the master only; its file is replaced in one step. */
const configurationPath = `${ganetiDirectory}/config.data`;

const timeLimit = 60_000;

/**
 * All ext disks Ganeti knows. No command of Ganeti 3.0 or 3.1 shows a disk that was detached from its instance, so they
 * are read from its configuration; and because what is not in the answer may be taken for an orphan, `gnt-instance
 * info` must say the same of all that are attached. Throws a Failure when this is not the master, when Ganeti does not
 * answer or when the two differ, never too short a list.
 */
export async function ganetiDisks(): Promise<readonly GanetiDisk[]> {
  const master = (await mustRun(['gnt-cluster', 'getmaster'], { timeLimit })).trim();
  if (!isSameNode(master, thisNode().name, ganetiNodes().nodes))
    throw new Failure('unsupported', `only the master node knows all disks; that is ${master}`, {
      hint: `run this on ${master}`,
    });
  const [listed, shown, text] = [await instanceNames(), await instanceInfo(), configurationText()];
  const disks = parseConfiguration(text);
  const problems = disagreements(listed, parseInstanceInfo(shown), disks);
  if (problems.length === 0) return disks;
  throw new Failure('failed', 'Ganeti says different things of its disks', {
    problems,
    hint: 'if its configuration is just being changed, run this again',
  });
}

/** The disks in the configuration as it is now, without asking anyone; for a look right before something is moved. */
export function ganetiDisksNow(): readonly GanetiDisk[] {
  return parseConfiguration(configurationText());
}

/**
 * The instance that has a disk on a file: of the templates file, sharedfile and gluster, whose files have names that
 * occur once. undefined when there is none, and on a node that has no copy of Ganeti's configuration: all master
 * candidates have.
 */
export function ownerOfFile(path: string): string | undefined {
  const text = readIfThere(configurationPath);
  return text === undefined ? undefined : parseOwner(text, path);
}

/** Finds the instance that has a disk on a file in the text of Ganeti's configuration. Throws as parseConfiguration. */
export function parseOwner(text: string, path: string): string | undefined {
  const name = path.split('/').at(-1);
  const { disks, instanceOf } = disksIn(text);
  const found = disks.filter(({ dev_type: type, logical_id: id }) => {
    const last: unknown = Array.isArray(id) ? id[1] : undefined;
    return type !== 'ext' && typeof last === 'string' && last.split('/').at(-1) === name;
  });
  return found.map((disk) => instanceOf.get(disk.uuid)).find((instance) => instance !== undefined);
}

/** Reads the text of Ganeti's configuration. Throws a Failure of kind failed for anything that it cannot be. */
export function parseConfiguration(text: string): readonly GanetiDisk[] {
  const { disks, instanceOf } = disksIn(text);
  const ext = disks.filter((disk) => disk.dev_type === 'ext');
  return ext.map((disk) => {
    const id: readonly unknown[] = Array.isArray(disk.logical_id) ? disk.logical_id : [];
    const [provider, image] = id;
    const uuid = textField(disk, 'uuid');
    if (typeof provider !== 'string' || typeof image !== 'string' || uuid === undefined)
      throw new Failure(
        'failed',
        `${configurationPath} contains an ext disk without a name: ${JSON.stringify(disk.logical_id)}`,
      );
    const size = typeof disk.size === 'number' ? disk.size : undefined;
    return { uuid, provider, image, instance: instanceOf.get(uuid), size };
  });
}

/**
 * All disks in a configuration as they are there, and by the UUID of each that is attached the name of its instance.
 */
function disksIn(text: string): {
  readonly disks: readonly Table[];
  readonly instanceOf: ReadonlyMap<unknown, string | undefined>;
} {
  const object = parseObject(text);
  const [instances, disks] = [tables(object?.instances), tables(object?.disks)];
  if (instances === undefined || disks === undefined)
    throw new Failure('failed', `${configurationPath} is not the configuration of Ganeti 3`);
  const attached = instances.flatMap((instance) => {
    const uuids: readonly unknown[] = Array.isArray(instance.disks) ? instance.disks : [];
    return uuids.map((uuid) => [uuid, textField(instance, 'name')] as const);
  });
  return { disks, instanceOf: new Map(attached) };
}

export interface ShownInstance {
  readonly name: string;
  /** The names of the images of its ext disks. */
  readonly images: readonly string[];
}

/** Reads `gnt-instance info --all`: an ext disk has the line `logical_id: ['PROVIDER', 'NAME']`. */
export function parseInstanceInfo(text: string): readonly ShownInstance[] {
  const blocks = text.split(/^- Instance name: /m).slice(1);
  return blocks.map((block) => {
    const ext = block.split(/^ *- disk\/[0-9]+: /m).filter((part) => part.startsWith('ext,'));
    const images = ext.map((part) => /^ *logical_id: [[(]'[^']*', '([^']*)'[\])]$/m.exec(part)?.[1] ?? '');
    return { name: block.split('\n', 1)[0]?.trim() ?? '', images };
  });
}

/** What two answers of Ganeti do not agree on, as sentences; nothing is missing when there is none. */
export function disagreements(
  listed: readonly string[],
  shown: readonly ShownInstance[],
  disks: readonly GanetiDisk[],
): readonly string[] {
  const names = shown.map(({ name }) => name);
  const attached = new Set(disks.filter(({ instance }) => instance !== undefined).map(({ image }) => image));
  const images = new Set(shown.flatMap((instance) => instance.images));
  return [
    ...listed.filter((name) => !names.includes(name)).map((name) => `gnt-instance info does not show instance ${name}`),
    ...names.filter((name) => !listed.includes(name)).map((name) => `gnt-instance list does not show instance ${name}`),
    ...[...images]
      .filter((image) => !attached.has(image))
      .map((image) => `${configurationPath} has no disk ${image || '?'}`),
    ...[...attached]
      .filter((image) => !images.has(image))
      .map((image) => `gnt-instance info does not show disk ${image}`),
  ];
}

async function instanceNames(): Promise<readonly string[]> {
  const text = await mustRun(['gnt-instance', 'list', '--no-headers', '-o', 'name'], { timeLimit });
  return text.split('\n').filter((line) => line !== '');
}

async function instanceInfo(): Promise<string> {
  const result = await run(['gnt-instance', 'info', '--static', '--all'], { timeLimit });
  // Without any instance it says so and exits with 1.
  if (result.exitCode === 0 || /^No instances\./m.test(result.stdout + result.stderr)) return result.stdout;
  throw commandFailed(result, 'gnt-instance info failed');
}

function configurationText(): string {
  const text = readIfThere(configurationPath);
  if (text !== undefined) return text;
  throw new Failure('unsupported', `there is no ${configurationPath} on this node`, {
    hint: 'run this on the master node',
  });
}

type Table = Readonly<Record<string, unknown>>;

function tables(value: unknown): readonly Table[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = Object.values(value).flatMap((entry): readonly Table[] =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? [entry as Table] : [],
  );
  return found.length === Object.keys(value).length ? found : undefined;
}
