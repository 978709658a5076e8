#!/bin/bash
# The attach of this provider as a script in bash, for the built-in configuration: the bench compares against it.
set -eu

run=/run/ganeti-gluster
name=${VOL_NAME:-}
if [[ ! $name =~ ^[A-Za-z0-9_][A-Za-z0-9._+-]{0,179}$ ]]; then
  echo "attach: VOL_NAME is $name" >&2
  exit 3
fi

field() {
  [[ $record =~ \"$1\":\"?([^\",}]*) ]]
  value=${BASH_REMATCH[1]}
}

is_attached() {
  [[ -f $run/images/$name ]] || return 1
  record=$(<"$run/images/$name")
  field pool && pool=$value
  field volume && volume=$value
  field path && path=$value
  field device && device=$value
  field host && host=$value
  field port && port=$value
  [[ -f /sys/block/${device##*/}/loop/backing_file ]] || return 1
  [[ $(<"/sys/block/${device##*/}/loop/backing_file") == "$run/mnt/$pool/$volume/$path" ]]
}

attach() {
  pool=default volume=ganeti path=images/$name/disk port=24007
  host=$(hostname)
  host=${host,,}
  mkdir -p "$run/lock" "$run/mnt/$pool/$volume"
  exec 9>"$run/lock/$name"
  flock 9
  mountpoint -q "$run/mnt/$pool/$volume" || mount.glusterfs "$host:/$volume" "$run/mnt/$pool/$volume" >&2 9>&-
  device=$(losetup --find --show --direct-io=on "$run/mnt/$pool/$volume/$path")
  printf '{"pool":"%s","volume":"%s","path":"%s","servers":[{"host":"%s","port":%s}],"device":"%s"}' \
    "$pool" "$volume" "$path" "$host" "$port" "$device" >"$run/images/$name"
}

is_attached || attach
if [[ ${EXTP_ACCESS:-} != kernelspace ]]; then
  exec 3<>"/dev/tcp/$host/$port"
fi
printf '%s\nkvm:gluster://%s:%s/%s/%s' "$device" "$host" "$port" "$volume" "$path"
