/** What is known of a node whose glusterd is to become a peer. */
export interface Newcomer {
  /** Ganeti's name of it. */
  readonly node: string;
  /** By which it becomes a peer. */
  readonly address: string;
  /** Of GlusterFS, such as 10.3. */
  readonly version: string;
  /** The UUID of its glusterd; null: it does not run. */
  readonly id: string | null;
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
  /** The UUID of its glusterd. */
  readonly id: string;
}

/** Why a node must not become a peer, and what to do about each reason; empty when it may. */
export function refusalsOf(newcomer: Newcomer, members: readonly Member[], version: string): readonly string[] {
  const { id, peers, volumes } = newcomer;
  const against =
    id === null
      ? ['its glusterd does not run: systemctl enable --now glusterd']
      : [
          ...(majorOf(newcomer.version) === majorOf(version)
            ? []
            : [`it has GlusterFS ${newcomer.version}, and this node has ${version}: install the same major version`]),
          ...(peers === 0 ? [] : ['it is a peer of another cluster: gluster peer detach it there']),
          ...volumes.map((volume) => `it has a volume of its own: gluster volume delete ${volume}`),
          ...waysTo(newcomer, members),
          ...waysFrom(newcomer, id),
        ];
  return against.map((problem) => `${newcomer.node}: ${problem}`);
}

/** What it meets in place of members. */
function waysTo({ meets }: Newcomer, members: readonly Member[]): readonly string[] {
  return members.flatMap(({ host, id }) => {
    const found = meets[host] ?? null;
    if (found === id) return [];
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
