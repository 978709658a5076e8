import type { Mutant } from './mutant.ts';

const lock = 'flock 9\n';
const except = (verb: string): string => `[[ $verb == ${verb} ]] || ${lock}`;
const until = (condition: string): string => `for _ in {1..300}; do ${condition} && break; sleep 0.1; done`;
/** Waits until several calls are at this point: else a busy machine would start them one after the other. */
const meet = (calls: number): string => `: >"$store/.here.$$"
  ${until(`set -- "$store"/.here.*; (($# >= ${calls}))`)}`;
const newFile = 'truncate -s "${VOL_SIZE}M" "$disk.new" || fail "no room"\n  mv "$disk.new" "$disk"';
const newFileAtOnce = newFile.replace('mv', () => `${meet(2)}\n  mv`);

/**
 * Verbs that do not keep out of each other's way, and wait until they meet. Only the rule that is meant is checked.
 */
export const races: readonly Mutant[] = [
  {
    name: 'two attaches make two devices',
    changes: [
      [lock, except('attach')],
      ['    attach_here\n', `    ${meet(2)}\n    attach_here\n`],
      ['2>/dev/null && return', '2>/dev/null && { echo "/dev/loop$number"; exit; }'],
      // Else the second device would stay.
      ['losetup --detach "$device" || fail', 'losetup --detach $(losetup -nO NAME -j "$disk") || fail'],
    ],
    only: ['concurrency/attaches'],
    rules: ['concurrency/attaches'],
    reason: /one disk is attached as \/dev\/loop\d+, \/dev\/loop\d+/,
  },
  {
    name: 'all disks are made under one name first',
    changes: [
      [lock, except('create')],
      [newFile, newFileAtOnce.replaceAll('$disk.new', () => '$store/new')],
    ],
    only: ['concurrency/disks'],
    rules: ['concurrency/disks'],
  },
  {
    name: 'the last create replaces what the others made',
    changes: [
      [lock, except('create')],
      [newFile, newFileAtOnce.replaceAll('$disk.new', () => '$disk.$$')],
    ],
    only: ['concurrency/creates'],
    rules: ['concurrency/creates'],
    reason: /the number of creates that succeeded: expected 1, found [2-4]/,
  },
  {
    name: 'creates of one disk take files from each other',
    changes: [
      [lock, except('create')],
      [newFile, newFileAtOnce],
    ],
    only: ['concurrency/same-creates'],
    rules: ['concurrency/same-creates'],
  },
  {
    name: 'detach fails when another was faster',
    changes: [
      [lock, except('detach')],
      // They wait for the attaches too: for that before all, and for the three at once.
      ['  fi\n  device_of "$disk"\n', '  fi\n  device_of "$disk"\n  : >"$store/.attached.$$"\n'],
      [
        '|| return 0\n  losetup',
        `|| return 0
  ${meet(2)}
  ${until('set -- "$store"/.attached.*; (($# >= 4))')}
  # Not by its number: that may be a device of another test by now.
  exec 8>"$store/.lock"
  flock 8
  device_of "$disk" >/dev/null || fail "$device cannot be detached"
  losetup`,
      ],
    ],
    only: ['concurrency/attach-detach'],
    rules: ['concurrency/attach-detach'],
    reason: /cannot be detached/,
  },
  {
    name: 'the last grow wins',
    changes: [
      [lock, except('grow')],
      [
        'truncate -s "${VOL_NEW_SIZE}M" "$disk"',
        `${meet(4)}
  ((VOL_NEW_SIZE == 5 * VOL_SIZE)) || ${until('[[ -e $store/.grown ]]')}
  truncate -s "\${VOL_NEW_SIZE}M" "$disk"; : >"$store/.grown"`,
      ],
    ],
    only: ['concurrency/grows'],
    rules: ['concurrency/grows'],
  },
  {
    name: 'a snapshot that was too slow takes the copy away',
    changes: [
      [lock, except('snapshot')],
      ['mv "$copy.new" "$copy"', `${meet(3)}\n  mv "$copy.new" "$copy" || { rm "$copy"; fail "somebody was faster"; }`],
    ],
    only: ['concurrency/snapshots'],
    rules: ['concurrency/snapshots'],
  },
  {
    name: 'verbs do not wait for each other',
    changes: [
      [
        lock,
        `flock --nonblock 9 || { : >"$store/.busy"; fail "busy" 6; }
[[ $verb == @(create|attach|detach) ]] || ${until('[[ -e $store/.busy ]]')}
`,
      ],
    ],
    only: ['concurrency/verbs'],
    rules: ['concurrency/verbs'],
    reason: /busy/,
  },
];
