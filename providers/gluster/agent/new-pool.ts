import { readKnownPools } from '#gluster/configuration/known-pools.ts';
import { type Configuration, configurationWith, loadConfiguration } from '#gluster/configuration/load.ts';
import { orReason } from '#gluster/glusterd/observe.ts';
import { volumes } from '#gluster/glusterd/volumes.ts';
import { nextVolume } from '#gluster/pool/view.ts';
import { asFailure } from '#src/errors.ts';

/**
 * What a new pool of a name would take away from the nodes of the cluster, a sentence each: the configuration decides
 * where images are looked for, and an image that is not found looks removed.
 */
export async function hiddenBy(name: string): Promise<readonly string[]> {
  const known = readKnownPools();
  const fresh = { name, servers: [{ host: 'any', port: 1 }], volumes: [{ name: nextVolume(name, []), id: 'any' }] };
  const now = await loadConfiguration();
  // A node without a glusterd has no volume of its own that could be meant.
  const found = await orReason(volumes);
  const all = typeof found === 'string' ? [] : found;
  const others = known.filter((pool) => pool.name === name);
  try {
    const after = await configurationWith([...known.filter((pool) => pool.name !== name), fresh]);
    return [
      ...others.map((pool) => `a pool ${name} is known already, with volume ${pool.volumes[0]?.name}`),
      ...shadowed(name, after),
      ...lost(now, after, new Set(all.map((volume) => volume.name))),
      ...(now.pools.some((pool) => pool.name === now.defaultPool) &&
      now.file === undefined &&
      known.length > 0 &&
      now.defaultPool !== after.defaultPool
        ? [
            `disks that name no pool use ${now.defaultPool}: write default_pool = "${now.defaultPool}" into gluster.toml`,
          ]
        : []),
    ];
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    return (failure.details.problems ?? []).map((problem) => `gluster.toml would be invalid: ${problem}`);
  }
}

function shadowed(name: string, after: Configuration): readonly string[] {
  const pool = after.pools.find((one) => one.name === name);
  if (pool?.ids !== undefined) return [];
  return [`gluster.toml names volumes or servers of a pool ${name}: take another name, see --pool`];
}

/** The volumes, of those that there are, that no pool has any more. */
function lost(now: Configuration, after: Configuration, all: ReadonlySet<string>): readonly string[] {
  const has = ({ pools }: Configuration) =>
    pools.flatMap((pool) => pool.volumes.map((one) => `${one}/${pool.directory}`));
  const kept = new Set(has(after));
  return now.pools.flatMap((pool) =>
    pool.volumes
      .filter((volume) => all.has(volume) && !kept.has(`${volume}/${pool.directory}`))
      .map(
        (volume) =>
          `the images of volume ${volume} would not be found any more: name it in a table [pool.NAME] of gluster.toml on all nodes`,
      ),
  );
}
