import type { Pool } from '#gluster/configuration/pool.ts';
import { isOfOtherCluster, thisCluster } from '#gluster/ganeti/cluster.ts';
import { imageNames } from '#gluster/images/image.ts';
import type { ImageMetadata } from '#gluster/images/metadata.ts';
import { formerSites, lookAtFormer, sitesOf } from '#gluster/images/sites.ts';
import type { Findings } from './orphan-tables.ts';

/** The images that this node knows of from earlier configurations, and that no verb finds any more. */
export async function unconfiguredImages(pools: readonly Pool[]): Promise<Findings['unconfigured']> {
  const found: Findings['unconfigured'][number][] = [];
  for (const site of formerSites(pools.flatMap(sitesOf))) {
    const { pool, volume } = site;
    const names = (await lookAtFormer(site, imageNames)) ?? [];
    found.push(...names.map((name) => ({ name, pool: pool.name, volume, directory: pool.directory })));
  }
  return found;
}

/** Images of this cluster, and of other clusters on the same volumes: those are not ours to judge. */
export function byCluster<Image extends { readonly metadata: ImageMetadata }>(
  images: readonly Image[],
): { readonly ours: readonly Image[]; readonly others: readonly Image[] } {
  const cluster = thisCluster();
  const groups = Object.groupBy(images, ({ metadata }) => (isOfOtherCluster(metadata, cluster) ? 'others' : 'ours'));
  return { ours: groups.ours ?? [], others: groups.others ?? [] };
}

/** For people: how many images are of which other cluster. */
export function othersText(others: readonly { readonly metadata: ImageMetadata }[]): string {
  const groups = Map.groupBy(others, ({ metadata }) => metadata.clusterName ?? metadata.cluster ?? 'another cluster');
  return [...groups].map(([name, group]) => `${group.length} images of cluster ${name} are left alone\n`).join('');
}
