import { requireExit } from '../invariants.ts';
import { type Image, letGo, liesIn, lookup, type Model, othersWith, placesFor } from '../model.ts';
import { type Found, findAll, type Real, tool, verb } from '../real.ts';
import { exists, type On, type Step, step, whereText } from './step.ts';

/**
 * remove: when it says 0 no image of that name is in the pool of the call, or on the volume that it names; the one
 * image that there is elsewhere is gone too. What another node has, or this one has attached, stays.
 */
export function remove({ node, name, where, blind }: On): Step {
  return step({
    text: `remove ${name}${whereText(where)}`,
    node,
    can: (model) => blind || exists(model, name),
    act: async (model, real) => {
      const { all, target, refusals } = lookup(model, name, where);
      const attached = model.nodes[node]?.attached.get(name);
      const ran = await verb(real, node, 'remove', name, where);
      const gone = target === undefined ? [] : removedExits(target, node, attached?.data === target.data);
      // What is attached and no image any more may be refused or taken away.
      const stale = attached !== undefined && attached.data !== target?.data ? [6] : [];
      const nothing = all.length === 0 ? [0] : [];
      requireExit(ran, [...gone, ...nothing, ...stale, ...refusals.filter((code) => code !== 4 || all.length > 0)]);
      if (ran.exitCode !== 0) return;
      letGo(model, node, name);
      if (target !== undefined) takeAway(model, target, await findAll(real), real);
      requireGone(model, name, where);
    },
  });
}

function removedExits({ data }: Image, node: number, attachedHere: boolean): readonly number[] {
  const { sure, perhaps } = othersWith(data, node);
  if (attachedHere || sure.length > 0) return [6];
  return perhaps ? [0, 6] : [0];
}

/** Into the trash, where the pool has one; a snapshot is deleted. */
function takeAway(model: Model, image: Image, found: readonly Found[], real: Real): void {
  model.images = model.images.filter((other) => other !== image);
  image.data.granted.clear();
  image.data.lingering.clear();
  const keeps = model.configuration.pools.some(
    ({ volumes, directory, trash }) =>
      trash && directory === image.directory && volumes.some((volume) => volume === image.volume),
  );
  if (keeps && !image.snapshot) model.trash = [...model.trash, image];
  else if (found.some(({ kind, name }) => kind === 'trash' && name.startsWith(`${real.nameOf(image.name)}@`)) && !keeps)
    real.log.push('   (there is an older one in the trash)');
}

function requireGone(model: Model, name: Image['name'], where: On['where']): void {
  const { all } = lookup(model, name, where);
  const places = placesFor(model, where);
  const left = places === undefined ? all : all.filter((image) => liesIn(image, places));
  for (const { volume, directory } of left) throw new Error(`exit 0, and ${name} is on ${volume} in ${directory}`);
}

/** gnt-gluster image undelete: the one removed last comes back, unless there is one of that name in any pool. */
export function undelete({ node, name, blind }: Omit<On, 'where'>): Step {
  return step({
    text: `undelete ${name}`,
    node,
    can: (model) => model.trash.some((image) => image.name === name) || (blind && model.trash.length > 0),
    act: async (model, real) => {
      const { all } = lookup(model, name, {});
      const ran = await tool(real, node, ['image', 'undelete', real.nameOf(name)]);
      const places = model.configuration.pools.flatMap((pool) => pool.volumes.map((volume) => ({ ...pool, volume })));
      const last = model.trash.findLast(
        (image) =>
          image.name === name &&
          places.some(({ volume, directory }) => volume === image.volume && directory === image.directory),
      );
      if (last === undefined) return requireExit(ran, all.length > 0 ? [4, 5] : [4], 'it is not in the trash');
      requireExit(ran, all.length > 0 ? [5] : [0], all.length > 0 ? `there is ${name}` : '');
      if (ran.exitCode !== 0) return;
      model.trash = model.trash.filter((image) => image !== last);
      model.images = [...model.images, last];
    },
  });
}
