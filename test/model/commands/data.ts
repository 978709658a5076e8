import { offsets, requireDeviceContent } from '../invariants.ts';
import type { Image, Model, Name } from '../model.ts';
import { directoryOf, nodeOf } from '../real.ts';
import { type On, type Step, step } from './step.ts';

/** The image that a guest of a node writes to: it is attached there and the node has it. */
function used(model: Readonly<Model>, node: number, name: Name): Image | undefined {
  const attached = model.nodes[node]?.attached.get(name);
  return model.images.find(
    (image) => image.name === name && image.data === attached?.data && image.data.granted.has(node),
  );
}

/** A guest writes through its device: it is in the image at once, as anybody else reads it. */
export function write({ node, name }: Pick<On, 'node' | 'name'>, offset: number): Step {
  return step({
    text: `write to ${name} at ${offset / 1024 / 1024} MiB`,
    node,
    can: (model) => offset < (used(model, node, name)?.data.size ?? 0),
    act: async (model, real) => {
      const image = used(model, node, name);
      const device = model.nodes[node]?.attached.get(name)?.device;
      if (image === undefined || device === undefined) throw new Error('nothing to write to');
      model.mark += 1;
      real.log.push(`   write ${model.mark} to ${device}`);
      await nodeOf(real, node).write(device, offset, model.mark);
      image.data.marks.set(offset, model.mark);
      const [mark] = await real.lane.harness.read(`${directoryOf(real, image)}/disk`, [offset]);
      if (mark !== model.mark) throw new Error(`write ${model.mark} to ${device} is not in the image, but ${mark}`);
    },
  });
}

/** A guest reads through its device what was written last, on whichever node. */
export function read({ node, name }: Pick<On, 'node' | 'name'>): Step {
  return step({
    text: `read ${name}`,
    node,
    can: (model) => used(model, node, name) !== undefined,
    act: async (model, real) => {
      const attached = model.nodes[node]?.attached.get(name);
      if (attached !== undefined) await requireDeviceContent(real, node, attached.device, attached.data);
    },
  });
}

/** Where a step may write. */
export const writable = offsets;
