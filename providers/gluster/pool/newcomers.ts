/** The Debian package of a glusterd. */
export const serverPackage = 'glusterfs-server';

/** What a node lacks to be a server of Gluster. */
export interface Dependencies {
  /** The packages, each with the version that apt would install; null: it knows none. */
  readonly lacks: readonly { readonly name: string; readonly candidate: string | null }[];
  readonly hasSystemd: boolean;
}

/** A node that is to have bricks, and has none of this cluster yet. */
export interface Fresh {
  /** Ganeti's name of it. */
  readonly node: string;
  /** The UUID of its glusterd; null: it does not run. */
  readonly id: string | null;
  readonly dependencies: Dependencies;
}

/** What is known of a node whose glusterd is to become a peer. */
export interface Newcomer extends Fresh {
  /** By which it becomes a peer. */
  readonly address: string;
  /** Of GlusterFS, such as 10.3. */
  readonly version: string;
  /** How many other peers it has. */
  readonly peers: number;
  readonly volumes: readonly string[];
  /** Whose glusterd each member meets at its address: the name of the member, and a UUID; null: none answers. */
  readonly met: Readonly<Record<string, string | null>>;
  /** Whose glusterd it meets at what each member is called. */
  readonly meets: Readonly<Record<string, string | null>>;
}

/** A node that is a peer. */
export interface Member {
  readonly node: string;
  /** What Gluster calls it. */
  readonly host: string;
  /** The UUID of its glusterd; null: it has none yet. */
  readonly id: string | null;
}

/** A port for bricks of a node, to which another one cannot connect. */
export interface Closed {
  readonly from: string;
  readonly to: string;
  /** What Gluster calls the other one. */
  readonly host: string;
  readonly port: number;
  /** All ports that its bricks can get, such as `49152 to 60999`. */
  readonly range: string;
}

/** What the nodes of a pool have, and get. */
export interface Terms {
  /** The version of GlusterFS, such as 10.3; undefined where that is not known. */
  readonly version: string | undefined;
  /** Nodes get what they lack. */
  readonly withDeps: boolean;
}

/** Why a node must not become a peer, and what to do about each reason; empty when it may. */
export function refusalsOf(newcomer: Newcomer, members: readonly Member[], terms: Terms): readonly string[] {
  const { node, id, peers, volumes } = newcomer;
  const against = [
    ...(lacksServer(newcomer) ? [] : versionProblems(newcomer, terms)),
    ...(id === null
      ? []
      : [
          ...(peers === 0 ? [] : ['it is a peer of another cluster: gluster peer detach it there']),
          ...volumes.map((volume) => `it has a volume of its own: gluster volume delete ${volume}`),
          ...waysTo(newcomer, members),
          ...waysFrom(newcomer, id),
        ]),
  ];
  return [...lackRefusals(newcomer, terms), ...against.map((problem) => `${node}: ${problem}`)];
}

/** Where bricks would not be reached, a sentence for each way between two nodes. */
export function closedRefusals(closed: readonly Closed[], newcomers: readonly string[]): readonly string[] {
  const said = closed.map(({ from, to, host, port, range }) => {
    const isNew = newcomers.includes(to);
    const what = isNew
      ? `${to}: ${from} does not reach its port ${port} at ${host}`
      : `${from}: it does not reach port ${port} of ${host}`;
    return { way: `${from} ${to}`, sentence: `${what}, as for bricks: open ports ${range} between the nodes` };
  });
  return [...new Map(said.toReversed().map(({ way, sentence }) => [way, sentence])).values()].toReversed();
}

/** Why a node cannot be a server, and what to do about it; empty when it has all, or gets it. */
export function lackRefusals(fresh: Fresh, { version, withDeps }: Terms): readonly string[] {
  const { node, id, dependencies } = fresh;
  const names = dependencies.lacks.map(({ name }) => name);
  const against = withDeps
    ? dependencies.lacks.flatMap(({ name, candidate }) => candidateProblems(name, candidate, version))
    : [
        ...(names.length === 0
          ? []
          : [`it lacks ${names.join(' and ')}: add --with-deps, or apt-get install ${names.join(' ')}`]),
        ...(id === null && !lacksServer(fresh)
          ? ['its glusterd does not run: add --with-deps, or systemctl enable --now glusterd']
          : []),
      ];
  return against.map((problem) => `${node}: ${problem}`);
}

/** What is wrong with what apt would install. */
function candidateProblems(name: string, candidate: string | null, version: string | undefined): readonly string[] {
  if (candidate === null) return [`apt knows no package ${name}: apt-get update`];
  const found = upstreamOf(candidate);
  if (name !== serverPackage || version === undefined || majorOf(found) === majorOf(version)) return [];
  return [`apt would install GlusterFS ${found}, and the pool has ${version}: have apt offer the same major version`];
}

function versionProblems({ version: its }: Newcomer, { version }: Terms): readonly string[] {
  if (version === undefined || majorOf(its) === majorOf(version)) return [];
  return [`it has GlusterFS ${its}, and this node has ${version}: install the same major version`];
}

/** Whether a node has no glusterd that could run. */
export function lacksServer({ dependencies }: Pick<Fresh, 'dependencies'>): boolean {
  return dependencies.lacks.some(({ name }) => name === serverPackage);
}

/** The version of GlusterFS in that of its Debian package, such as `1:10.3-5`. */
export function upstreamOf(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

/** What it meets in place of members. */
function waysTo({ meets }: Newcomer, members: readonly Member[]): readonly string[] {
  return members.flatMap(({ host, id }) => {
    const found = meets[host] ?? null;
    if (id === null || found === id) return [];
    if (found === null) return [`it does not reach the glusterd of ${host}: open port 24007 between the nodes`];
    return [`${host} is another machine for it: make names mean the same on all nodes`];
  });
}

/** What members meet in its place. */
function waysFrom({ met, address }: Newcomer, id: string): readonly string[] {
  return Object.entries(met).flatMap(([member, found]) => {
    if (found === id) return [];
    if (found === null) return [`${member} does not reach its glusterd at ${address}: open port 24007`];
    return [`${member} meets another glusterd at ${address}: gnt-node list -o name,sip`];
  });
}

function majorOf(version: string): string {
  return version.split('.', 1)[0] ?? '';
}
