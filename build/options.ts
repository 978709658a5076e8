import { parseArgs } from 'node:util';

/** The processors that there is an official Node for in the npm registry, and that Debian's Ganeti runs on. */
export const architectures = ['x64', 'arm64'] as const;

export type Architecture = (typeof architectures)[number];

/** What `npm run build` is asked for. */
export type BuildOptions = {
  readonly architecture: Architecture;
  /** One executable a verb, instead of one with a link for each verb. */
  readonly separate: boolean;
  readonly help: boolean;
};

const usage = `usage: npm run build [-- OPTION...]

  --arch ARCH   for this processor, ${architectures.join(' or ')}; that of this machine unless told
  --separate    one executable a verb, instead of one for all with a link for each verb
  --help        this text

Makes build/out/ganeti-extstorage-gluster/. With options that change what is made, -separate and -linux-ARCH are
added to the name of the directory.
`;

/** Reads the command line of the build. Throws an Error for an option that nobody knows. */
export function parseOptions(args: readonly string[]): BuildOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      arch: { type: 'string', default: process.arch },
      separate: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const architecture = architectures.find((known) => known === values.arch);
  if (architecture === undefined)
    throw new Error(`there is no build for ${values.arch}, only for ${architectures.join(' and ')}`);
  return { architecture, separate: values.separate, help: values.help };
}

/** The options of this run of the build; ends it for --help and for a mistake. */
export function parseOptionsOrExit(): BuildOptions {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (!options.help) return options;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

/** The directory below build/out that a build with these options makes. */
export function directoryName(name: string, { architecture, separate }: BuildOptions): string {
  return [
    name,
    ...(separate ? ['separate'] : []),
    ...(architecture === process.arch ? [] : [`linux-${architecture}`]),
  ].join('-');
}
