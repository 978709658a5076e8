import { requireExit } from '../invariants.ts';
import { type Data, lookupOn, type Mode, othersWith, see } from '../model.ts';
import { verb } from '../real.ts';
import { exists, isHere, type On, type Step, step, whereText } from './step.ts';

/**
 * open: no node has data exclusively that another one has, under whatever name; two at most share it. A node whose
 * device leads to something else than the image is refused before it writes there.
 */
export function open({ node, name, where, blind }: On, mode: Mode): Step {
  return step({
    text: `open ${name} ${mode}${whereText(where)}`,
    node,
    can: (model) => blind || exists(model, name),
    act: async (model, real) => {
      const { target, refusals } = lookupOn(model, node, name, where);
      const attached = model.nodes[node]?.attached.get(name);
      const ran = await verb(real, node, 'open', name, where, {
        VOL_OPEN_EXCLUSIVE: mode === 'exclusive' ? 'True' : 'False',
      });
      if (target === undefined) return requireExit(ran, refusals);
      const wrong = attached !== undefined && attached.data !== target.data;
      const why = wrong ? `${attached.device} is not the image` : describe(target.data);
      requireExit(ran, [...(wrong ? [6] : openExits(target.data, node, mode)), ...refusals], why);
      if (ran.exitCode !== 0) return;
      target.data.granted.set(node, mode);
      target.data.lingering.delete(node);
      see(model, node, name, target.data);
    },
  });
}

function openExits(data: Data, node: number, mode: Mode): readonly number[] {
  const { sure, perhaps } = othersWith(data, node);
  const free = mode === 'exclusive' ? sure.length === 0 : sure.length <= 1 && !sure.includes('exclusive');
  if (!free) return [6];
  return perhaps ? [0, 6] : [0];
}

function describe({ granted, lingering }: Data): string {
  const holders = [...granted].map(([node, mode]) => `n${node + 1} ${mode}`);
  return `it is with ${[...holders, ...[...lingering].map((node) => `n${node + 1} perhaps`)].join(', ') || 'nobody'}`;
}

/** close: the node has no lease any more; what is not there is closed. */
export function close({ node, name, where, blind }: On): Step {
  return step({
    text: `close ${name}${whereText(where)}`,
    node,
    can: (model) => blind || isHere(model, node, name),
    act: async (model, real) => {
      const { target, refusals } = lookupOn(model, node, name, where);
      const ran = await verb(real, node, 'close', name, where);
      requireExit(ran, [0, ...refusals.filter((code) => code !== 4)]);
      if (ran.exitCode !== 0) return;
      const certain = target !== undefined && refusals.length === 0;
      for (const { data } of model.images.filter((image) => image.name === name && image.data.granted.has(node))) {
        data.granted.delete(node);
        if (!certain || data !== target.data) data.lingering.add(node);
      }
    },
  });
}
