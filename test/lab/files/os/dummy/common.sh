# shellcheck shell=sh
# Sourced by the OS scripts: the same records as test/lab/files/guest-init.sh writes and checks.

# write_marker DEVICE TEXT: the first 4096 bytes of a disk say whose it is.
write_marker() {
  printf '%s\n' "$2" | dd of="$1" bs=4096 count=1 conv=sync,notrunc,fsync status=none
}

# write_records DEVICE COUNT
write_records() {
  filler=$(printf '%04077d' 0 | tr 0 x)
  number=1
  while [ "$number" -le "$2" ]; do
    printf 'record %010d %s\n' "$number" "$filler"
    number=$((number + 1))
  done | dd of="$1" bs=4096 seek=256 iflag=fullblock conv=notrunc,fsync status=none
}
