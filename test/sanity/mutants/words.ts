import type { Mutant } from './mutant.ts';

const says = 'echo "$verb: $1" >&2';
const missing = 'do_attach() {\n  require_disk';

export const reporting: readonly Mutant[] = [
  {
    name: 'attach of nothing succeeds and says nothing',
    changes: [[missing, missing.replace('require_disk', '[[ -f $disk ]] || return 0')]],
    rules: ['reporting/status'],
  },
  {
    name: 'it fails without a word',
    changes: [[says, ':']],
    rules: ['reporting/reason', 'reporting/create-sizes', 'reporting/grow-sizes'],
  },
  {
    name: 'it fails with too many words',
    changes: [[says, `${says}\n  seq 30 >&2`]],
    rules: ['reporting/reason'],
    reason: /failed with 31 lines/,
  },
  {
    name: 'it shows a stack trace',
    changes: [[says, `${says}\n  echo "Traceback (most recent call last):" >&2`]],
    rules: ['reporting/sentence'],
  },
  {
    name: 'it complains on standard output',
    changes: [[says, `${says}\n  echo "$1"`]],
    rules: ['reporting/no-reply'],
  },
  {
    name: 'create takes any size',
    changes: [['require_size VOL_SIZE\n', '']],
    rules: ['reporting/create-sizes'],
  },
  {
    name: 'grow takes any size',
    changes: [['require_size VOL_NEW_SIZE\n', '']],
    rules: ['reporting/grow-sizes'],
  },
];

const name = 'require_name VOL_NAME\n';

/** Careless with values. None of them uses more than `rm -f` on what it is told, below a directory of its own. */
export const careless: readonly Mutant[] = [
  {
    name: 'it takes any name that is no absolute path',
    changes: [[name, '[[ ${VOL_NAME-} == [!/]* ]] || fail "VOL_NAME is no name" 3\n']],
    rules: ['hostile/names'],
  },
  {
    name: 'it takes any name for a snapshot',
    changes: [['require_name VOL_SNAPSHOT_NAME\n', '']],
    rules: ['hostile/copy-names'],
  },
  {
    name: 'it does not say that VOL_NAME is missing',
    changes: [[name, `[[ \${VOL_NAME-} ]] || fail "no name" 3\n${name}`]],
    rules: ['hostile/no-name', 'hostile/names'],
  },
  {
    name: 'setinfo takes any text',
    changes: [['^[-A-Za-z0-9_+.]{0,128}$', '^.*$']],
    rules: ['hostile/texts'],
  },
  {
    name: 'open takes any word',
    changes: [['=~ ^(True|False)$ ]]', '=~ ^.*$ ]]']],
    rules: ['hostile/modes'],
  },
];
