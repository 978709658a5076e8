import fc from 'fast-check';
import { type VerbName, verbNames } from '#src/verbs.ts';

/** A call that nobody should make, or nearly. */
export interface HostileCall {
  readonly verb: VerbName;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The images that valid calls are about: few, so that they meet each other. */
export const names = ['h1.ext.disk0', 'h2.ext.disk0', 'h2.ext.disk0.snap'] as const;

const outside = [
  ...['..', '.', '', '/', '../h1', 'h1.ext.disk0/..', './h1.ext.disk0', '/etc/passwd', '.work', '.trash', '.nodes'],
  ...[
    '-rf',
    '--help',
    'a b',
    'a\nb',
    'a\0b',
    '$(touch /tmp/x)',
    '`touch /tmp/x`',
    ';touch /tmp/x',
    'é',
    'x'.repeat(300),
  ],
  ...['%2e%2e', '..%2f', '~', '*', 'h1.ext.disk0\n', 'h1.ext.disk0@node1', '\u202e', '\ud800'],
];

const junk = fc.oneof(
  fc.constantFrom(...outside),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.stringMatching(/^[A-Za-z0-9_.+/-]{0,12}$/),
);
const sizes = [
  '8',
  '9',
  '0',
  '-1',
  '1e3',
  '8 ',
  '08',
  '0x10',
  '99999999999999999999',
  '8.5',
  'NaN',
  '9007199254740992',
  '',
];
const name = fc.oneof({ weight: 1, arbitrary: fc.constantFrom<string>(...names) }, { weight: 4, arbitrary: junk });
const size = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('8', '9') }, fc.constantFrom(...sizes), junk);
const text = fc.oneof({ weight: 2, arbitrary: fc.constantFrom('a', 'originstname+inst1') }, junk);

const variables = fc.record(
  {
    VOL_NAME: name,
    VOL_SIZE: size,
    VOL_NEW_SIZE: size,
    VOL_UUID: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('u-1') }, junk),
    VOL_CNAME: text,
    VOL_METADATA: text,
    VOL_SNAPSHOT_NAME: name,
    VOL_SNAPSHOT_SIZE: size,
    VOL_OPEN_EXCLUSIVE: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('True', 'False') }, junk),
    EXTP_PROVIDER: fc.constant('gluster'),
    EXTP_ACCESS: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('kernelspace', 'userspace') }, junk),
  },
  { requiredKeys: ['VOL_NAME'] },
);
const parameters = fc.dictionary(
  fc.oneof(
    fc.constantFrom('POOL', 'VOLUME', 'PREALLOCATION', 'BLOCKDEV', 'CLONE', 'LINK'),
    fc.stringMatching(/^[A-Za-z_]{0,8}$/),
  ),
  fc.oneof(
    fc.constantFrom('default', 'ganeti', 'off', 'falloc', 'always'),
    fc.constantFrom<string>(...names),
    fc.constantFrom(...names.map((known) => `images/${known}/disk`), '../etc/passwd', '/etc/passwd', 'images/..'),
    junk,
  ),
  { maxKeys: 2 },
);
const args = fc.oneof({ weight: 30, arbitrary: fc.constant([]) }, fc.array(junk, { minLength: 1, maxLength: 2 }));

/** Any call; about one in ten is one that Ganeti could make. */
export const anyCall: fc.Arbitrary<HostileCall> = fc
  .tuple(
    fc.constantFrom(...verbNames),
    args,
    variables,
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, parameters),
  )
  .map(([verb, list, values, given]) => {
    const extra = Object.fromEntries(Object.entries(given).map(([key, value]) => [`EXTP_${key}`, value]));
    const defined = Object.entries({ ...values, ...extra }).filter(([, value]) => value !== undefined);
    return { verb, args: list, environment: Object.fromEntries(defined) };
  });

/**
 * Whether a verb may exit with 0 for a call: said here once more, in other words than the program's, so that a mistake
 * there shows.
 */
export function mayWork({ verb, args: given, environment }: HostileCall): boolean {
  if (given[0] === '-h' || given[0] === '--help') return true;
  const value = (key: string): string => environment[key] ?? '';
  const isName = (key: string): boolean => [...names, 'x'].some((known) => known === value(key)) || plain(value(key));
  const isSize = (key: string): boolean =>
    String(Math.trunc(Number(value(key)))) === value(key) && Number(value(key)) > 0;
  if (verb !== 'verify' && given.length > 0) return false;
  if (verb !== 'verify' && !isName('VOL_NAME')) return false;
  const clone = environment.EXTP_CLONE;
  if (verb === 'create') return isSize('VOL_SIZE') && (clone === undefined || isName('EXTP_CLONE'));
  if (verb === 'grow') return isSize('VOL_NEW_SIZE');
  if (verb === 'snapshot') return isName('VOL_SNAPSHOT_NAME') && value('VOL_SNAPSHOT_NAME') !== value('VOL_NAME');
  if (verb === 'setinfo') return 'VOL_METADATA' in environment && !/[^\w.+-]/.test(value('VOL_METADATA'));
  return true;
}

function plain(value: string): boolean {
  return value.length > 0 && value.length <= 180 && !/[^\w.+-]/.test(value) && !/^[.+-]/.test(value);
}
