#!/bin/bash
# What attach does for an image that is attached, and nothing else, in bash: the bench compares against it.
set -eu

record=$(<"/run/ganeti-gluster/images/$VOL_NAME")

field() {
  [[ $record =~ \"$1\":\"([^\"]*)\" ]]
  value=${BASH_REMATCH[1]}
}

field pool && pool=$value
field volume && volume=$value
field path && path=$value
field device && device=$value
[[ $record =~ \"host\":\"([^\"]*)\",\"port\":([0-9]+) ]]
host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}

backing_file=$(<"/sys/block/${device##*/}/loop/backing_file")
if [[ $backing_file != "/run/ganeti-gluster/mnt/$pool/$volume/$path" ]]; then
  echo "attach: $device is $backing_file" >&2
  exit 1
fi
exec 3<>"/dev/tcp/$host/$port"
printf '%s\nkvm:gluster://%s:%s/%s/%s' "$device" "$host" "$port" "$volume" "$path"
