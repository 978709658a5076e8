import { type Configuration, configurationText } from '../configurations.ts';
import { hostName } from '../lane.ts';
import type { Model } from '../model.ts';
import { nodeOf, type Real } from '../real.ts';
import { type Step, step } from './step.ts';

/** A node gets another host name: it is the node that it was. */
export function rename(node: number): Step {
  return step({
    text: 'gets another host name',
    node,
    act: async (model, real) => {
      const renamed = model.nodes[node];
      if (renamed === undefined) return;
      renamed.renamed += 1;
      await setName(real, node, renamed.renamed);
    },
  });
}

/** Gives a node the name it has after so many changes. */
export async function setName(real: Real, node: number, renamed: number): Promise<void> {
  const name = hostName(real.lane.number, node, renamed);
  real.log.push(`n${node + 1}# hostname ${name}`);
  await nodeOf(real, node).shell('hostname "$1"', name);
}

/** An administrator changes the configuration of all nodes. */
export function configure(configuration: Configuration): Step {
  return step({
    text: `configuration: ${configuration.what}`,
    can: (model) => model.configuration !== configuration,
    act: async (model, real) => await setConfiguration(model, real, configuration),
  });
}

/** Gives all nodes a configuration. */
export async function setConfiguration(model: Model, real: Real, configuration: Configuration): Promise<void> {
  const text = configurationText(configuration, real.lane.number);
  real.log.push(`all# gluster.toml: ${configuration.what}`);
  for (const remote of real.lane.nodes) await remote.put('/etc/ganeti/gluster.toml', text);
  model.configuration = configuration;
}
