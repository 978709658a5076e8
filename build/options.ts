import { Failure } from '#src/errors.ts';
import { type CommandLine, type Given, readArguments } from './command-line.ts';

/** The processors that there is an official Node for in the npm registry, and that Debian's Ganeti runs on. */
export const architectures = ['x64', 'arm64'] as const;

export type Architecture = (typeof architectures)[number];

/** What `npm run build` is asked for. */
export interface BuildOptions {
  readonly architecture: Architecture;
  /** One executable a verb, instead of one with a link for each verb. */
  readonly separate: boolean;
}

const options = {
  arch: {
    value: 'ARCH',
    meaning: `for this processor, ${architectures.join(' or ')}; that of this machine unless told`,
  },
  separate: { meaning: 'one executable a verb, instead of one for all with a link for each verb' },
} as const;

/** The command line of the build. */
export const buildCommand: CommandLine<typeof options> = {
  program: 'build',
  usage: 'npm run build [-- OPTION...]',
  help: 'npm run build -- --help',
  options,
  about: `Makes build/out/ganeti-extstorage-gluster/. With options that change what is made, -separate and -linux-ARCH are
added to the name of the directory.`,
};

/** What the arguments of the build ask for. Throws a Failure of kind usage for what it does not know. */
export function parseOptions(args: readonly string[]): BuildOptions {
  return buildOptions(readArguments(buildCommand, args).given);
}

/** The same from what was given. */
export function buildOptions({ arch, separate }: Given<typeof options>): BuildOptions {
  return { architecture: architectureNamed(arch), separate };
}

/** The processor of this name; that of this machine unless told. Throws a Failure of kind usage for any other one. */
export function architectureNamed(name: string = process.arch): Architecture {
  const architecture = architectures.find((known) => known === name);
  if (architecture !== undefined) return architecture;
  throw new Failure('usage', `there is no build for ${name}, only for ${architectures.join(' and ')}`);
}

/** The directory below build/out that a build with these options makes. */
export function directoryName(name: string, { architecture, separate }: BuildOptions): string {
  return [
    name,
    ...(separate ? ['separate'] : []),
    ...(architecture === process.arch ? [] : [`linux-${architecture}`]),
  ].join('-');
}
