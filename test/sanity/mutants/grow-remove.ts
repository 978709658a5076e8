import type { Mutant } from './mutant.ts';

const larger = '((VOL_NEW_SIZE > now)) || return 0';
const refresh = 'if device=$(device_of "$disk"); then losetup --set-capacity "$device"; fi';

export const growing: readonly Mutant[] = [
  {
    name: 'grow adds VOL_NEW_SIZE',
    changes: [['truncate -s "${VOL_NEW_SIZE}M"', 'truncate -s "+${VOL_NEW_SIZE}M"']],
    rules: ['grow/size', 'grow/at-once', 'grow/repeated', 'grow/detached'],
    reason: /grew from 8 to 24 MiB has 32 MiB, not 24/,
  },
  {
    name: 'grow does not tell the device',
    changes: [[refresh, ':']],
    rules: ['grow/at-once'],
  },
  {
    name: 'grow shrinks',
    changes: [[larger, ':']],
    rules: ['grow/never-shrinks'],
    reason: /after grow to less has 2 MiB, not 16/,
  },
  {
    name: 'grow cannot be repeated',
    changes: [[larger, '((VOL_NEW_SIZE > now)) || fail "it is as large already"']],
    rules: ['grow/repeated'],
  },
  {
    name: 'grow wants the disk attached',
    changes: [['local now device\n', 'local now device\n  device_of "$disk" >/dev/null || fail "not attached"\n']],
    rules: ['grow/detached'],
  },
  {
    name: 'every failure exits with 0',
    changes: [['exit "${2:-1}"', 'exit 0']],
    only: ['grow', 'snapshot', 'open'],
    rules: ['grow/missing', 'snapshot/missing', 'open/missing'],
    reason: /grow exited with 0 for a disk that does not exist/,
  },
];

const openMode = 'echo "${VOL_OPEN_EXCLUSIVE-True}" >"$disk.opened"';
const modes = '=~ ^(True|False)$ ]]';

export const using: readonly Mutant[] = [
  {
    name: 'setinfo wants a text',
    changes: [['{0,128}$', '{1,128}$']],
    rules: ['setinfo/texts'],
  },
  {
    name: 'setinfo writes its text over the disk',
    changes: [['echo "$VOL_METADATA" >"$disk.info"', 'echo "$VOL_METADATA" >"$disk"']],
    rules: ['setinfo/keeps-data'],
  },
  {
    name: 'open cannot share',
    changes: [[modes, '=~ ^True$ ]]']],
    only: ['open', 'sequences'],
    rules: ['open/modes', 'sequences/backup', 'sequences/migration'],
  },
  {
    name: 'open cannot be repeated',
    changes: [[openMode, `[[ ! -e $disk.opened ]] || fail "it is open" 6\n  ${openMode}`]],
    only: ['open', 'sequences'],
    rules: ['open/repeated', 'sequences/instance'],
  },
  {
    name: 'open opens what does not exist',
    changes: [[`require_disk\n  ${openMode}`, openMode]],
    rules: ['open/missing'],
  },
  {
    name: 'an open disk cannot be detached',
    changes: [
      [
        '|| return 0\n  losetup --detach',
        '|| return 0\n  [[ ! -e $disk.opened ]] || fail "it is open" 6\n  losetup --detach',
      ],
    ],
    rules: ['sequences/instance', 'sequences/backup'],
  },
];

const copied = 'cp --sparse=always "$disk" "$copy.new" || fail "no room"';
const taken = '[[ -e $copy.origin && $(<"$copy.origin") == "$VOL_NAME" ]] || fail "$VOL_SNAPSHOT_NAME is taken" 5';
const deleted = 'rm -f "$disk" "$disk.uuid"';

export const copying: readonly Mutant[] = [
  {
    name: 'a snapshot is the disk itself',
    changes: [[copied, 'ln "$disk" "$copy.new"']],
    rules: ['snapshot/copy', 'snapshot/keeps-source'],
  },
  {
    name: 'a snapshot is empty',
    changes: [[copied, 'truncate -r "$disk" "$copy.new"']],
    rules: ['snapshot/copy'],
    reason: /what the snapshot holds is not what was written/,
  },
  {
    name: 'removing a snapshot empties its disk',
    changes: [[deleted, `[[ $disk != *.snap ]] || truncate -s 0 "\${disk%.snap}"\n  ${deleted}`]],
    rules: ['snapshot/keeps-source'],
  },
  {
    name: 'a snapshot replaces a disk',
    changes: [[taken, 'cp "$disk" "$copy"']],
    rules: ['snapshot/keeps-others'],
  },
  {
    name: 'a snapshot cannot be repeated',
    changes: [[taken, 'fail "$VOL_SNAPSHOT_NAME is taken" 5']],
    rules: ['snapshot/repeated'],
  },
  {
    name: 'a snapshot of nothing succeeds',
    changes: [['require_disk\n  local copy', '[[ -f $disk ]] || return 0\n  local copy']],
    rules: ['snapshot/missing'],
  },
];

export const removing: readonly Mutant[] = [
  {
    name: 'remove does nothing',
    changes: [[`${deleted} "$disk.info" "$disk.opened" "$disk.origin"`, ':']],
    rules: ['remove/gone'],
  },
  {
    name: 'remove takes every disk whose name begins with this',
    changes: [[`${deleted} "$disk.info"`, 'rm -f "$disk"* "$disk.info"']],
    rules: ['remove/keeps-others'],
  },
  {
    name: 'remove cannot be repeated',
    changes: [['do_remove() {\n', 'do_remove() {\n  require_disk\n']],
    rules: ['remove/missing'],
  },
];
