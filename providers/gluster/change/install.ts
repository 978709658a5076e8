import { ask } from '#gluster/agent/ask.ts';
import { installCommand, startCommand } from '#gluster/agent/dependencies.ts';
import { glusterdHere } from '#gluster/agent/newcomer.ts';
import { thisNode } from '#gluster/ganeti/this-node.ts';
import {
  type Fresh,
  lackRefusals,
  lacksServer,
  type Member,
  type Newcomer,
  refusalsOf,
  serverPackage,
  upstreamOf,
} from '#gluster/pool/newcomers.ts';

/** What a node gets before it becomes a server of Gluster. */
export interface Install {
  readonly node: string;
  /** The names of the packages that it lacks. */
  readonly packages: readonly string[];
  /** Its glusterd does not run, and is started. */
  readonly starts: boolean;
  readonly commands: readonly (readonly string[])[];
}

/** This node as it is before its first pool. `id`: the UUID of its glusterd. */
export async function thisFresh(id: string | null): Promise<Fresh> {
  const { name } = thisNode();
  return { node: name, id, dependencies: await ask(name, 'dependencies', {}) };
}

/** What nodes get, and why some must not become servers, a sentence each. `first`: this node, of a new pool. */
export async function installsFor(
  newcomers: readonly Newcomer[],
  members: readonly Member[],
  first: Fresh | undefined,
  withDeps: boolean,
): Promise<{ readonly installs: readonly Install[]; readonly against: readonly string[] }> {
  const fresh = [...(first === undefined ? [] : [first]), ...newcomers];
  if (fresh.length === 0) return { installs: [], against: [] };
  const terms = { version: await versionHere(first), withDeps };
  return {
    installs: withDeps ? fresh.flatMap(installOf) : [],
    against: [
      ...(first === undefined ? [] : lackRefusals(first, terms)),
      ...newcomers.flatMap((newcomer) => refusalsOf(newcomer, members, terms)),
    ],
  };
}

/** The version of GlusterFS that this node has, or is to get. */
async function versionHere(first: Fresh | undefined): Promise<string | undefined> {
  if (first === undefined || !lacksServer(first)) return (await glusterdHere()).version;
  const candidate = first.dependencies.lacks.find(({ name }) => name === serverPackage)?.candidate ?? undefined;
  return candidate && upstreamOf(candidate);
}

function installOf({ node, id, dependencies: { lacks, hasSystemd } }: Fresh): readonly Install[] {
  const packages = lacks.map(({ name }) => name);
  const starts = id === null;
  const commands = [
    ...(packages.length === 0 ? [] : [installCommand(packages)]),
    ...(starts ? [startCommand(hasSystemd)] : []),
  ];
  return commands.length === 0 ? [] : [{ node, packages, starts, commands }];
}
