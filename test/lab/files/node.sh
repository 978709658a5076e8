#!/bin/sh
# Process 1 of a lab node, in namespaces of its own: builds the node's file system, moves into it and reaps children.
# Killing it with SIGKILL is a node that lost power. What the node writes is kept in NODE_DIRECTORY/upper and bricks.
# Usage: node.sh NODE_DIRECTORY HOSTNAME BASE HIDDEN_DIRECTORY READ_ONLY_DIRECTORY...
set -eu
directory=$1 host=$2 base=$3 hidden=$4
shift 4

# /proc is still the machine's, so this is our process id as the machine sees it.
read -r pid _ </proc/self/stat
echo "$pid" >"$directory/pid.new"
mv "$directory/pid.new" "$directory/pid"
exec 3>"$directory/status"

hostname "$host"
root=$directory/root
mount -t overlay -o "lowerdir=$base,upperdir=$directory/upper,workdir=$directory/work" lab "$root"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"
# Power-cycling a node from inside would reset the machine.
[ ! -e "$root/proc/sysrq-trigger" ] || mount --bind /dev/null "$root/proc/sysrq-trigger"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

# A lower layer that changes under an overlay shows stale entries: what may change is bound in, and read-only.
for shared in "$@"; do
  mkdir -p "$root$shared"
  mount --bind "$shared" "$root$shared"
  mount -o remount,bind,ro "$root$shared"
done

for image in "$directory"/bricks/*.img; do
  [ -e "$image" ] || continue
  brick=$root/bricks/$(basename "$image" .img)
  mkdir -p "$brick"
  # The loop device of `mount -o loop` goes away with the mount, and the mount with the node.
  mount -o loop,discard,noatime "$image" "$brick"
done

# The labs' own files are not a node's business.
mkdir -p "$root$hidden"
mount -t tmpfs -o mode=700,size=4k tmpfs "$root$hidden"

cd "$root"
pivot_root . mnt
umount -l /mnt
mkdir -p /run/lock /run/gluster /run/sshd
echo ready >&3
exec 3>&-

while :; do
  sleep 86400 &
  wait $!
done
