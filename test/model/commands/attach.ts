import { requireDeviceContent, requireExit, sizes } from '../invariants.ts';
import { isStale, letGo, lookup, lookupOn, see } from '../model.ts';
import { devicesOf, verb } from '../real.ts';
import { exists, isHere, type On, type Step, step, whereText } from './step.ts';

/**
 * attach: the device leads to the image of that name. What leads to no image any more, and nobody uses, is replaced.
 * Where the image is attached already and is still one, the node need not look at a volume, so the configuration does
 * not matter.
 */
export function attach({ node, name, where, blind }: On): Step {
  return step({
    text: `attach ${name}${whereText(where)}`,
    node,
    can: (model) => blind || exists(model, name) || model.nodes[node]?.attached.has(name) === true,
    act: async (model, real) => {
      const { target, refusals } = lookup(model, name, where);
      const opened = lookupOn(model, node, name, where).target;
      const here = model.nodes[node]?.attached;
      const before = here?.get(name);
      const stale = isStale(model, node, name);
      const mayStay = before !== undefined && !stale;
      const other = mayStay && before.data !== target?.data;
      const ran = await verb(real, node, 'attach', name, where);
      const works = (target ?? opened) !== undefined || mayStay ? [0] : [];
      requireExit(ran, [...works, ...refusals, ...(other ? [5, 6] : [])], stale ? 'its device leads nowhere' : '');
      if (ran.exitCode === 4) model.nodes[node]?.seen.delete(name);
      if (ran.exitCode !== 0) return;
      const [device = ''] = ran.stdout.split('\n', 1);
      const found = (await devicesOf(real, node)).get(real.nameOf(name))?.find((known) => known.device === device);
      const possible = [target?.data, opened?.data, mayStay ? before.data : undefined];
      const data = possible.find((known) => known?.inode === found?.inode);
      if (data === undefined)
        throw new Error(`attach gave ${device} of inode ${found?.inode}, and the image has ${target?.data.inode}`);
      here?.set(name, { device, data });
      see(model, node, name, data);
      // What this node has open is attached without a look at the volume: it sees with the next open what grew
      // elsewhere.
      const isOpen = before !== undefined && data.granted.has(node);
      await requireDeviceContent(
        real,
        node,
        device,
        isOpen ? { ...data, size: Math.min(data.size, sizes.small) } : data,
      );
    },
  });
}

/**
 * detach: afterwards the node has neither a device nor a lease, whatever was done to the image or the configuration.
 */
export function detach({ node, name, blind }: Omit<On, 'where'>): Step {
  return step({
    text: `detach ${name}`,
    node,
    can: (model) => blind || isHere(model, node, name),
    act: async (model, real) => {
      const ran = await verb(real, node, 'detach', name, {});
      requireExit(ran, [0]);
      letGo(model, node, name);
      for (const image of model.images.filter((found) => found.name === name && found.data.granted.has(node))) {
        image.data.granted.delete(node);
        // Where the volume is not configured any more, the node may have no way to it.
        if (lookup(model, name, {}).target !== image) image.data.lingering.add(node);
      }
    },
  });
}
