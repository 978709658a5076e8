import { setConfiguration, setName } from './commands/cluster.ts';
import { spots, usual } from './configurations.ts';
import { requireContent, requireExit, requireInvariants } from './invariants.ts';
import { detachAll, mountRoot } from './lane.ts';
import { allNames, type Image, lookup, type Model } from './model.ts';
import { findAll, nodeOf, type Real, verb } from './real.ts';
import type { Remote } from './remote.ts';

/**
 * The end of every sequence: all nodes detach what they have, then every image holds what the model says, no lease,
 * device, record or mount is left, and what can be removed is removed.
 */
export async function finish(model: Model, real: Real): Promise<void> {
  real.log.push('# the end of the sequence');
  if (model.configuration !== usual) await setConfiguration(model, real, usual);
  for (const node of model.nodes.keys()) await leave(model, real, node);
  for (const image of model.images) await requireContent(real, image, `${image.name} at the end`);
  for (const image of [...model.images]) await discard(model, real, image);
  await wipe(real);
}

async function leave(model: Model, real: Real, node: number): Promise<void> {
  const here = model.nodes[node];
  const leased = model.images.filter(({ data }) => data.granted.has(node) || data.lingering.has(node));
  // A node that opened an image without attaching it, and closed it, remembers it until it is told to detach it.
  const { records: remembered } = await nodeOf(real, node).here();
  const known = allNames.filter((name) => remembered.includes(real.nameOf(name)));
  const names = new Set([...(here?.attached.keys() ?? []), ...leased.map(({ name }) => name), ...known]);
  for (const name of names) {
    requireExit(await verb(real, node, 'detach', name, {}), [0]);
    here?.attached.delete(name);
    for (const { data } of leased.filter((image) => image.name === name && image.data.granted.delete(node)))
      data.lingering.add(node);
    if (leased.some((image) => image.name === name && isAlone(model, image)))
      requireExit(await verb(real, node, 'close', name, {}), [0]);
    for (const image of leased) if (isAlone(model, image)) image.data.lingering.delete(node);
  }
  await requireInvariants(model, real, node);
  const { devices, records } = await nodeOf(real, node).here();
  const prefix = real.nameOf('A').split('A', 1)[0] ?? '';
  const left = [...records, ...devices.map(({ file }) => file)].filter((text) => text.includes(prefix));
  if (left.length > 0) throw new Error(`left on n${node + 1}: ${left.join(', ')}`);
}

/** Whether the default pool has the image, and no pool another one of its name. */
function isAlone(model: Model, image: Image): boolean {
  const { target, refusals } = lookup(model, image.name, {});
  return target === image && refusals.length === 0;
}

async function discard(model: Model, real: Real, image: Image): Promise<void> {
  if (!isAlone(model, image)) return;
  requireExit(await verb(real, 0, 'remove', image.name, {}), [0]);
  model.images = model.images.filter((other) => other !== image);
  await requireInvariants(model, real, 0);
}

/** Takes away by hand whatever is left of a sequence, also after one that failed. */
export async function wipe(real: Real): Promise<void> {
  const prefix = real.nameOf('A').split('A', 1)[0] ?? '';
  for (const remote of real.lane.nodes) {
    await detachAll(remote, prefix);
    await remote.shell('rm -f /run/ganeti-gluster/images/"$1"*', prefix);
    await unmountOthers(remote);
  }
  const roots = (await findAll(real)).map(({ root, name }) => `${root}/${name}`);
  if (roots.length > 0) await real.lane.harness.shell('rm -rf -- "$@"', ...roots);
  await real.lane.harness.shell(
    'rm -rf "$1"/*/lane"$2"/hand/* "$1"/*/lane"$2"/foreign/*',
    mountRoot,
    String(real.lane.number),
  );
}

/** A pool that is not configured any more can be mounted still: nothing looks at it again, and nothing uses it. */
async function unmountOthers(remote: Remote): Promise<void> {
  const wanted = spots(usual).map(({ pool, volume }) => `/run/ganeti-gluster/mnt/${pool}/${volume}`);
  const { mounts } = await remote.here();
  for (const point of mounts) if (!wanted.includes(point)) await remote.shell('umount "$1"', point);
}

/** After a sequence that failed: the nodes and their configuration are as at the beginning of one. */
export async function reset(model: Model, real: Real): Promise<void> {
  await setConfiguration(model, real, usual);
  for (const node of model.nodes.keys()) await setName(real, node, 0);
  await wipe(real);
}
