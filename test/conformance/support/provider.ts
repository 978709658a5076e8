import path from 'node:path';
import { projectDirectory } from '../../lab/layout.ts';

/**
 * The provider that is tested. These variables of the test run choose another one:
 * PROVIDER_DIR         its directory; self-contained, links point inside it
 * PROVIDER_NAME        what Ganeti calls it
 * PROVIDER_PARAMETERS  what every disk is made with, as after `--disk 0:`: NAME=VALUE,NAME=VALUE
 */
const builtDirectory = `${projectDirectory}/build/out/ganeti-extstorage-gluster`;

/** Where the machine has it. */
export const sourceDirectory = path.resolve(process.env.PROVIDER_DIR ?? builtDirectory);

export const providerName = process.env.PROVIDER_NAME ?? 'gluster';

/** Where the node has it: Ganeti's own place for providers. */
export const providerDirectory = `/usr/share/ganeti/extstorage/${providerName}`;

/** Our gnt-gluster, as the node sees it: that of the copy there when the provider is ours. */
export const sanityProgram = `${process.env.PROVIDER_DIR === undefined ? providerDirectory : builtDirectory}/gnt-gluster`;

/** The parameters that were chosen. */
export const chosenParameters = parseParameters(process.env.PROVIDER_PARAMETERS ?? '');

/** The EXTP_ variables of every call. */
export const providerParameters: Readonly<Record<string, string>> = {
  provider: providerName,
  access: 'kernelspace',
  ...chosenParameters,
};

export const verbNames = [
  'create',
  'attach',
  'detach',
  'remove',
  'grow',
  'setinfo',
  'verify',
  'snapshot',
  'open',
  'close',
] as const;

export type Verb = (typeof verbNames)[number];

function parseParameters(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return Object.fromEntries(pairs.map((pair) => [pair.split('=', 1)[0], pair.slice(pair.indexOf('=') + 1)]));
}
