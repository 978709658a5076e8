import type { Mutant } from './mutant.ts';

const same =
  '[[ $(size_of "$disk") == "$VOL_SIZE" && $(<"$disk.uuid") == "${VOL_UUID-}" ]] || fail "$VOL_NAME is taken" 5';
const made = 'truncate -s "${VOL_SIZE}M" "$disk.new" || fail "no room"';

export const creating: readonly Mutant[] = [
  {
    name: 'create ignores VOL_SIZE',
    changes: [[made, 'truncate -s 8M "$disk.new" || fail "no room"']],
    rules: ['create/size'],
    reason: /created with 16 MiB has 8 MiB, not 16/,
  },
  {
    name: 'create leaves what was there before',
    changes: [[made, 'head -c "${VOL_SIZE}M" /dev/urandom >"$disk.new"']],
    rules: ['create/zeros'],
  },
  {
    name: 'a second create empties the disk',
    changes: [[same, 'truncate -s 0 "$disk"; truncate -s "${VOL_SIZE}M" "$disk"']],
    rules: ['create/keeps-data', 'create/other-size', 'create/other-uuid'],
  },
  {
    name: 'a second create does not look at the size',
    changes: [[same, '[[ $(<"$disk.uuid") == "${VOL_UUID-}" ]] || fail "$VOL_NAME is taken" 5']],
    rules: ['create/other-size'],
    reason: /exited with 0 for 16 MiB, and 8 MiB are there/,
  },
  {
    name: 'a second create does not look at the UUID',
    changes: [[same, '[[ $(size_of "$disk") == "$VOL_SIZE" ]] || fail "$VOL_NAME is taken" 5']],
    rules: ['create/other-uuid'],
  },
  {
    name: 'create cannot be repeated',
    changes: [[same, 'fail "$VOL_NAME is taken" 5']],
    rules: ['create/repeated'],
    reason: /create exited with 5: .*is taken/,
  },
  {
    name: 'create hangs',
    changes: [[made, 'sleep 1000']],
    only: ['create/size'],
    seconds: 2,
    rules: ['create/size'],
    reason: /create did not end within 2 s and was killed/,
  },
];

const found = 'if ! device_of "$disk" >/dev/null; then';
const reply = '  device_of "$disk"\n}';

export const attaching: readonly Mutant[] = [
  {
    name: 'attach prints a stray line first',
    changes: [[found, `echo attaching\n  ${found}`]],
    only: ['attach/reply'],
    rules: ['attach/reply'],
    reason: /the first line is no block device: "attaching"/,
  },
  {
    name: 'attach prints a stray line last',
    changes: [[reply, '  device_of "$disk"\n  echo done\n}']],
    rules: ['attach/reply'],
    reason: /no HYPERVISOR:URI: "done"/,
  },
  {
    name: 'attach prints nothing',
    changes: [[reply, '}']],
    only: ['attach/reply'],
    rules: ['attach/reply'],
    reason: /neither a device nor an address/,
  },
  {
    name: 'attach leaves a daemon with its standard output',
    changes: [[reply, `  sleep 7 &\n${reply}`]],
    only: ['attach/reply'],
    seconds: 3,
    rules: ['attach/reply'],
    reason: /attach left sleep \(pid \d+\) with its standard output or error open/,
  },
  {
    name: 'attach fails when the disk is attached',
    changes: [['    attach_here\n  fi', '    attach_here\n  else fail "it is attached"\n  fi']],
    rules: ['attach/repeated'],
  },
  {
    name: 'attach finds disks that do not exist',
    changes: [['do_attach() {\n  require_disk', 'do_attach() {\n  [[ -f $disk ]] || { echo /dev/loop1; return; }']],
    rules: ['attach/missing'],
  },
  {
    name: 'detach takes data along',
    changes: [
      [
        '  rm -f "$disk.opened"\n}\n\ndo_remove',
        '  dd if=/dev/zero of="$disk" bs=1M count=1 conv=notrunc\n}\n\ndo_remove',
      ],
    ],
    rules: ['attach/keeps-data'],
    reason: /the first MiB after detach and attach/,
  },
  {
    name: 'attach gives the device of another disk',
    changes: [
      [
        found,
        'device=$(losetup -nO NAME,BACK-FILE | awk -v s="$store/" \'index($2, s) == 1 {print $1; exit}\')\n' +
          '  if [[ $device ]]; then echo "$device"; return; else',
      ],
    ],
    rules: ['attach/different'],
  },
];

const attached = 'device=$(device_of "$disk") || return 0';

export const detaching: readonly Mutant[] = [
  {
    name: 'detach does nothing',
    changes: [
      ['losetup --detach "$device" || fail "$device cannot be detached"', ':'],
      ['! device_of "$disk" >/dev/null || fail "$VOL_NAME is attached" 6', 'losetup --detach "$(device_of "$disk")"'],
    ],
    rules: ['detach/gone'],
  },
  {
    name: 'detach cannot be repeated',
    changes: [[attached, 'device=$(device_of "$disk") || fail "not attached"']],
    rules: ['detach/repeated', 'detach/missing'],
  },
  {
    name: 'detach of a disk that does not exist fails',
    changes: [[attached, `require_disk\n  ${attached}`]],
    rules: ['detach/missing'],
  },
];
