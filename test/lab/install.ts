import type { Lab } from './lab.ts';
import { projectDirectory } from './layout.ts';

/** Installs the built provider on every node of a lab, as an administrator would. */
export async function installProvider(lab: Lab): Promise<void> {
  await Promise.all(lab.nodes.map((node) => node.exec(['sh', `${projectDirectory}/install.sh`])));
}
