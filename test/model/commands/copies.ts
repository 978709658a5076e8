import { requireContent, requireExit, sizes } from '../invariants.ts';
import { isLost, lookup, lookupOn } from '../model.ts';
import { verb } from '../real.ts';
import { copyExits, newImage } from './create.ts';
import { exists, type On, type Step, step, whereText } from './step.ts';

/** snapshot: when it says 0 the copy holds what the image holds now; what other nodes write to is not copied. */
export function snapshot({ node, name, where, blind }: On & { readonly name: 'A' | 'B' }): Step {
  const copyName = `${name}.snap` as const;
  return step({
    text: `snapshot ${name}${whereText(where)}`,
    node,
    can: (model) => blind || exists(model, name),
    act: async (model, real) => {
      const source = lookupOn(model, node, name, where);
      const copy = lookup(model, copyName, where);
      const variables = { VOL_SNAPSHOT_NAME: real.nameOf(copyName), VOL_SNAPSHOT_SIZE: '12' };
      const ran = await verb(real, node, 'snapshot', name, where, variables);
      if (source.target === undefined) return requireExit(ran, source.refusals);
      const exits = copyExits(source.target, source.refusals, node);
      const [existing] = copy.all;
      // Its name may be taken where the configuration has no place any more.
      const lost = isLost(model, copyName) ? [3] : [];
      const taken = copy.all.length > 0 ? [5, ...copy.refusals.filter((code) => code !== 4)] : lost;
      requireExit(ran, [...exits, ...taken]);
      if (ran.exitCode !== 0) return;
      if (copy.all.length > 1) throw new Error(`exit 0, and there are ${copy.all.length} images ${copyName}`);
      const made =
        existing ?? (await newImage(model, real, copyName, { marks: source.target.data.marks, snapshot: true }));
      if (made.data.size !== source.target.data.size) throw new Error(`the copy has ${made.data.size} bytes`);
      const { volume, directory, data } = made;
      const wanted = { ...made, data: { ...data, marks: source.target.data.marks } };
      await requireContent(
        real,
        wanted,
        `exit 0, and the snapshot on ${volume} in ${directory} is not the image as it is`,
      );
    },
  });
}

/** grow: the image is as large, and so is its device here; whoever has it elsewhere sees that with the next open. */
export function grow({ node, name, where, blind }: On): Step {
  return step({
    text: `grow ${name}${whereText(where)}`,
    node,
    can: (model) => blind || exists(model, name),
    act: async (model, real) => {
      const { target, refusals } = lookupOn(model, node, name, where);
      const attached = model.nodes[node]?.attached.get(name);
      const ran = await verb(real, node, 'grow', name, where, { VOL_SIZE: '12', VOL_NEW_SIZE: '16' });
      if (target === undefined) return requireExit(ran, refusals);
      const wrong = attached !== undefined && attached.data !== target.data;
      requireExit(ran, [0, ...refusals, ...(wrong ? [6] : [])]);
      if (ran.exitCode === 0) target.data.size = Math.max(target.data.size, sizes.large);
    },
  });
}
