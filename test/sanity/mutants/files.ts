import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import type { Mutant } from './mutant.ts';

/** What can be wrong without any disk. */
export const files: readonly Mutant[] = [
  {
    name: 'a required verb is missing',
    arrange: (directory) => rmSync(`${directory}/setinfo`),
    rules: ['layout/required-verbs'],
    reason: /there is no .*\/setinfo/,
  },
  {
    name: 'an optional verb is not executable',
    arrange: (directory) => {
      rmSync(`${directory}/snapshot`);
      writeFileSync(`${directory}/snapshot`, '', { mode: 0o644 });
    },
    rules: ['layout/optional-verbs'],
    reason: /snapshot is not executable/,
  },
  {
    name: 'a parameter has no description',
    arrange: (directory) => writeFileSync(`${directory}/parameters.list`, 'store directory\nother\n'),
    rules: ['layout/parameters-list'],
    reason: /line 2/,
  },
  {
    name: 'a parameter has capitals',
    arrange: (directory) => writeFileSync(`${directory}/parameters.list`, 'Store directory\n'),
    rules: ['layout/parameter-names'],
    reason: /parameter Store/,
  },
  {
    name: 'anybody can write to it',
    arrange: (directory) => chmodSync(`${directory}/verb`, 0o777),
    rules: ['layout/writable'],
  },
  {
    name: 'it does not know --help',
    changes: [['-h | --help)', '-help)']],
    rules: ['usage/help'],
  },
  {
    name: 'it ignores arguments',
    changes: [['[[ $# -eq 0 ]]', '[[ $# -le 1 ]]']],
    rules: ['usage/arguments'],
  },
  {
    name: 'verify fails',
    changes: [['[[ $verb != verify ]] || exit 0', '[[ $verb != verify ]] || exit 1']],
    rules: ['usage/verify'],
    reason: /verify exited with 1 and said nothing/,
  },
];

const begin = 'disk=$store/$VOL_NAME\n';

/** What depends on the surroundings of a verb. */
export const surroundings: readonly Mutant[] = [
  {
    name: 'it needs PATH',
    changes: [[begin, `${begin}printenv PATH >/dev/null || fail "no PATH"\n`]],
    rules: ['environment/nothing'],
    reason: /no PATH/,
  },
  {
    name: 'it says something else in another language',
    changes: [[begin, `${begin}[[ $verb != attach || \${LANG-} != de* ]] || echo Guten Tag\n`]],
    rules: ['environment/anything'],
  },
  {
    name: 'it takes another node daemon for another caller',
    changes: [[begin, `${begin}[[ $(umask) == 0077 ]] || fail "umask"\n`]],
    rules: ['environment/umask'],
  },
  {
    name: 'it writes into its own directory',
    changes: [[begin, `${begin}touch last\n`]],
    rules: ['environment/directory'],
    reason: /changed .*last/,
  },
  {
    name: 'it needs the UUID',
    changes: [['do_create() {\n', 'do_create() {\n  [[ ${VOL_UUID-} ]] || fail "no UUID"\n']],
    rules: ['environment/no-uuid'],
  },
];
