#!/bin/sh
# Makes the root file system of another Debian, unless it is there. Nothing half made is ever called TARGET: it is made
# beside it, and renamed. The lock goes with the last process that works on it, however that one ends.
# Usage: base.sh TARGET SUITE MIRROR PACKAGE,... APT_OPTION...
set -eu
exec 2>&1
target=$1 suite=$2 mirror=$3 packages=$4
shift 4
directory=${target%/*}
draft=$directory/draft

exec 9>"$directory/lock"
flock --nonblock 9 || {
  echo 'I: another process makes it: waiting'
  flock 9
}
[ ! -d "$target" ] || exit 0
# Of someone who was killed.
rm -rf --one-file-system "$draft"

for option in "$@"; do
  set -- "$@" "--aptopt=$option"
  shift
done
# It forbids the start of services, and mounts what it needs in a namespace that dies with it.
unshare --mount --pid --fork --kill-child -- \
  mmdebstrap --mode=root --variant=minbase --dpkgopt=force-unsafe-io "$@" --include="$packages" "$suite" "$draft" "$mirror" || {
  status=$?
  rm -rf --one-file-system "$draft"
  exit "$status"
}
mv "$draft" "$target"

# Other lists of packages had others: a week after their last use they go, unless a lab still has one.
find "$directory" -maxdepth 1 -name '*.used' -mtime +7 | while read -r stamp; do
  old=${stamp%.used}
  grep -qsF "lowerdir=$old," /proc/[0-9]*/mountinfo || rm -rf --one-file-system "$old" "$stamp"
done
