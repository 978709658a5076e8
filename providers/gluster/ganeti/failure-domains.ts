import { Failure } from '#src/errors.ts';
import { run } from '#src/exec.ts';
import { readIfThere } from '#src/files.ts';
import { ganetiDirectory } from './ssconf.ts';

/** Nodes that can fail together, such as those of one rack. */
export interface FailureDomain {
  /** Their full names, two or more. */
  readonly nodes: readonly string[];
  /** The tags that say so. */
  readonly tags: readonly string[];
}

/**
 * How a tag of the cluster begins that tells which tags of nodes mean a common cause of failure: with
 * `htools:nlocation:rack` these are rack:1 and all others that begin with `rack:` (doc/design-location.rst of Ganeti).
 */
const locationPrefix = 'htools:nlocation:';

/**
 * The failure domains of the cluster that have more than one node. Only the master tells the tags of nodes: elsewhere
 * it throws a Failure of kind environment, if the cluster has such tags at all.
 */
export async function failureDomains(): Promise<readonly FailureDomain[]> {
  const causes = causesIn(readIfThere(`${ganetiDirectory}/ssconf_cluster_tags`) ?? '');
  if (causes.length === 0) return [];
  const argv = ['gnt-node', 'list', '--no-headers', '--separator=|', '-o', 'name,tags'];
  const { exitCode, stdout, stderr } = await run(argv, { timeLimit: 120_000 });
  if (exitCode === 0) return domainsIn(stdout, causes);
  throw new Failure('environment', 'Ganeti does not tell which nodes fail together', {
    hint: 'run this on the master node: gnt-cluster getmaster',
    command: { argv, outcome: `exit status ${exitCode}`, output: stderr },
  });
}

/** What the tags of the cluster, one a line, call a cause of failure: tags of nodes begin so. */
export function causesIn(clusterTags: string): readonly string[] {
  return clusterTags
    .split('\n')
    .flatMap((tag) => (tag.startsWith(locationPrefix) ? [`${tag.slice(locationPrefix.length)}:`] : []));
}

/**
 * Reads what `gnt-node list` prints, `NAME|TAG,TAG` a line. Nodes with a tag of a cause in common fail together, and so
 * does who fails with any of them: of racks and power lines both count.
 */
export function domainsIn(list: string, causes: readonly string[]): readonly FailureDomain[] {
  let domains: readonly FailureDomain[] = [];
  for (const line of list.split('\n').filter((text) => text !== '')) {
    const [node = '', text = ''] = line.split('|');
    const tags = text.split(',').filter((tag) => causes.some((cause) => tag.startsWith(cause)));
    const mates = domains.filter((domain) => domain.tags.some((tag) => tags.includes(tag)));
    const domain = {
      nodes: [...mates.flatMap((mate) => mate.nodes), node],
      tags: [...new Set([...mates.flatMap((mate) => mate.tags), ...tags])].sort(),
    };
    domains = [...domains.filter((one) => !mates.includes(one)), domain];
  }
  return domains.filter(({ nodes }) => nodes.length > 1);
}

/** A failure domain, as a sentence without its end. */
export function domainText({ nodes, tags }: FailureDomain): string {
  return `${new Intl.ListFormat('en').format(nodes)} fail together: ${tags.join(' ')}`;
}
