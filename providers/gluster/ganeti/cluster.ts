import { isTable, parseObject, readIfThere, textField } from '#src/files.ts';
import { ganetiDirectory, groupsIn } from './ssconf.ts';

/** What identifies a Ganeti cluster. Its name does not: `gnt-cluster rename` changes it. Empty outside of one. */
export interface Cluster {
  /** Its UUID. Only master candidates know it. */
  readonly cluster?: string;
  /** For people. */
  readonly clusterName?: string;
  /** The UUIDs of its node groups, with blanks between: every node knows them, and no two clusters share one. */
  readonly nodeGroups?: string;
}

/** The Ganeti cluster of this node, as far as it knows. */
export function thisCluster(directory = ganetiDirectory): Cluster {
  const configuration = parseObject(readIfThere(`${directory}/config.data`) ?? '')?.cluster;
  const cluster = isTable(configuration) ? textField(configuration, 'uuid') : undefined;
  const clusterName = readIfThere(`${directory}/ssconf_cluster_name`)?.trim() || undefined;
  const lines = (readIfThere(`${directory}/ssconf_nodegroups`) ?? '').split('\n');
  const nodeGroups =
    groupsIn(lines)
      .map(({ id }) => id)
      .join(' ') || undefined;
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(nodeGroups === undefined ? {} : { nodeGroups }),
  };
}

/**
 * Whether something belongs to another cluster than ours: surely, by the UUIDs of the clusters where both are known,
 * else by those of their node groups. What tells neither may be ours.
 */
export function isOfOtherCluster(theirs: Cluster, ours: Cluster): boolean {
  if (theirs.cluster !== undefined && ours.cluster !== undefined) return theirs.cluster !== ours.cluster;
  if (theirs.nodeGroups === undefined || ours.nodeGroups === undefined) return false;
  const own = ours.nodeGroups.split(' ');
  return !theirs.nodeGroups.split(' ').some((group) => own.includes(group));
}
