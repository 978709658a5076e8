import type { KeyDescription } from '#gluster/configuration/key.ts';
import { poolKeys, topKeys } from '#gluster/configuration/keys.ts';
import { parameters } from '#gluster/configuration/parameters.ts';
import { checkNames } from '#gluster/doctor/verify.ts';
import { debugVariable } from '#src/reply.ts';
import { workerVariable } from '#src/supervise.ts';
import { type VariableName, type VerbDescription, variableMeaning, verbNames, verbs } from '#src/verbs.ts';
import { exitStatusSection } from './exit-status.ts';
import { filesSection } from './files.ts';
import { type Entry, example, type Lines, macro, page, paragraph, section, tagged } from './mdoc.ts';
import { phrase, prose } from './prose.ts';
import { caveats, configuration, description, parameterIntroduction, verbIntroduction } from './provider-texts.ts';

/** ganeti-extstorage-gluster(7): the provider, from the tables its verbs are parsed with. */
export function providerPage(date: Date): string {
  return page(
    'ganeti-extstorage-gluster',
    7,
    'GlusterFS storage for Ganeti',
    date,
    section('DESCRIPTION', description),
    section('VERBS', verbIntroduction, tagged(verbNames.map(verbEntry))),
    section('PARAMETERS', parameterIntroduction, tagged(parameters.map(parameterEntry))),
    configurationSection(),
    environmentSection(),
    filesSection(),
    exitStatusSection(),
    section(
      'SEE ALSO',
      prose(
        '`ganeti-extstorage-interface(7)`, `gnt-cluster(8)`, `gnt-gluster(8)`, `gnt-instance(8)`, `gnt-storage(8)`, `mount.glusterfs(8)`',
      ),
    ),
    section('CAVEATS', caveats),
  );
}

function verbEntry(name: keyof typeof verbs): Entry {
  const { summary, required, optional }: VerbDescription = verbs[name];
  const used = parameters.filter((parameter) => parameter.verbs.includes(name)).map((parameter) => parameter.name);
  return {
    head: macro('Cm', name),
    body: [
      ...phrase(summary),
      ...prose(
        name === 'verify'
          ? `Its arguments are names of checks: ${quoted(checkNames)}. Without any it makes all checks.`
          : '',
      ),
      ...prose(required.length === 0 ? '' : `Needs ${quoted(required)}.`),
      ...prose(`Accepts ${quoted(optional)}.`),
      ...prose(used.length === 0 ? '' : `Uses the parameters ${quoted(used)}.`),
    ],
  };
}

function parameterEntry({ name, summary }: (typeof parameters)[number]): Entry {
  return { head: macro('Cm', name), body: phrase(summary) };
}

function configurationSection(): Lines {
  return section(
    'CONFIGURATION',
    configuration,
    example(
      'default_pool = "default"',
      '',
      '[pool.default]',
      'servers = ["gluster1.example.com", "gluster2.example.com"]',
      'volumes = ["ganeti"]',
    ),
    prose('The keys at the top are:'),
    tagged(topKeys.map(keyEntry)),
    [...paragraph, ...prose('Each table `[pool.NAME]` may have:')],
    tagged(poolKeys.map(keyEntry)),
  );
}

function keyEntry({ name, meaning, default: otherwise }: KeyDescription): Entry {
  return { head: macro('Cm', name), body: [...phrase(meaning), ...prose(`Default: ${otherwise}.`)] };
}

function environmentSection(): Lines {
  const names = Object.keys(variableMeaning) as readonly VariableName[];
  return section(
    'ENVIRONMENT',
    prose('Ganeti gives a verb everything it needs in variables:'),
    tagged([
      ...names.map((name): Entry => ({ head: macro('Ev', name), body: phrase(variableMeaning[name]) })),
      { head: macro('Ev', 'EXTP_NAME'), body: prose('The parameter `name`, in upper case.') },
      {
        head: macro('Ev', 'EXTP_ACCESS'),
        body: prose(
          'Ganeti itself sets it to `kernelspace` or `userspace`, as `gnt-cluster modify -D ext:access` says.',
        ),
      },
    ]),
    prose('For whoever looks for the cause of a failure:'),
    tagged([
      {
        head: macro('Ev', debugVariable),
        body: prose('Set to any text, it shows with a failure where it came from, also with `gnt-gluster`.'),
      },
      {
        head: macro('Ev', workerVariable),
        body: prose('The name of a verb that does its work without a second process, under strace for example.'),
      },
    ]),
    prose('Nothing else in the environment has an effect, `PATH`, `HOME` and `NODE_OPTIONS` included.'),
  );
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}
