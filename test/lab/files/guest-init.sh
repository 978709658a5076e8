#!/bin/busybox sh
# shellcheck shell=dash
# The only program of a lab guest. It proves its first disk: at the start it checks every record that is on it, then it
# goes on writing numbered records past the page cache, reads each one back, and tells the serial console.
# Lines tests look for: "records found N", "records ok up to N", "disk vdb 2048 sectors", "end of vda ok", "marker ...".
# A line that begins with "FAILED" is data lost, stale or wrong; "FAILED write of record N" and
# "FAILED read of record N" are errors of the disk that the guest was told of.
# Record N is 4096 bytes at 1 MiB + (N-1)*4096: "record NNNNNNNNNN xxx...x\n".
/bin/busybox mkdir -p /proc /sys /dev /bin /run
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
echo "guest started, $(uname -r)"
while read -r module; do insmod "/modules/$module"; done </modules/order

filler=$(printf '%04077d' 0 | tr 0 x)
every=25

# The power button of `gnt-instance shutdown`.
for event in /sys/class/input/event*; do
  grep -q 'Power Button' "$event/device/name" 2>/dev/null || continue
  { head -c 24 "/dev/input/${event##*/}" >/dev/null && : >/run/off; } &
done

waited=0
while [ ! -b /dev/vda ] && [ $waited -lt 100 ]; do sleep 0.1; waited=$((waited + 1)); done
if [ ! -b /dev/vda ]; then echo "no disk vda"; while :; do sleep 3600; done; fi

# Writes to the last 4096 bytes of a disk, so that a size is more than a number.
check_end() {
  text=$(printf 'end of %s at %012d %s' "$1" "$2" "$filler" | head -c 4095)
  last=$(($2 / 8 - 1))
  printf '%s\n' "$text" | dd "of=/dev/$1" bs=4096 "seek=$last" iflag=fullblock oflag=direct conv=fsync,notrunc status=none
  back=$(dd "if=/dev/$1" bs=4096 "skip=$last" count=1 iflag=direct status=none)
  if [ "$back" = "$text" ]; then echo "end of $1 ok"; else echo "FAILED end of $1 at $2 sectors"; fi
}

# Prints every disk whose size is new, and keeps the list of all sizes.
sizes=
look_at_disks() {
  now=
  for disk in /sys/block/vd*; do
    # A disk may go just now. This is process 1: the shell must not end on arithmetic with nothing.
    size=$(cat "$disk/size" 2>/dev/null)
    [ -z "$size" ] || now="$now ${disk##*/}=$size"
  done
  [ "$now" = "$sizes" ] && return
  for disk in $now; do
    case "$sizes " in *" $disk "*) continue ;; esac
    echo "disk ${disk%%=*} ${disk##*=} sectors"
    check_end "${disk%%=*}" "${disk##*=}"
  done
  for disk in $sizes; do
    case "$now " in *" ${disk%%=*}="*) ;; *) echo "disk ${disk%%=*} gone" ;; esac
  done
  sizes=$now
}

# Reads the records 4 MiB at a time until there are none; sets $found to the last number.
found=0
read_all() {
  chunk=0
  while :; do
    dd if=/dev/vda bs=1M skip=$((1 + 4 * chunk)) count=4 iflag=direct status=none | tr -d '\000' >/run/chunk
    grep -q '^record ' /run/chunk || break
    awk -v last="$found" -v filler="$filler" '
      !/^record [0-9]+ x+$/ { if ($0 !~ /^end of /) { print "FAILED record wrong after " last; last++ } next }
      { number = $2
        sub(/^0+/, "", number) # or busybox takes it for an octal number
        number += 0
        if (number > last + 1) print "FAILED records lost " last + 1 " to " number - 1
        if (number <= last || $3 != filler) print "FAILED record wrong " number " after " last
        last = number }
      END { print "last " last }' /run/chunk >/run/report
    grep FAILED /run/report | head -n 20
    found=$(sed -n 's/^last //p' /run/report)
    chunk=$((chunk + 1))
  done
}

echo "marker $(dd if=/dev/vda bs=4096 count=1 iflag=direct status=none | tr -d '\000' | head -n 1)"
read_all
echo "records found $found"
look_at_disks

# The records from one number to another, without the newline of the last.
records_of() {
  each=$1
  while [ "$each" -le "$2" ]; do
    printf 'record %010d %s\n' "$each" "$filler"
    each=$((each + 1))
  done
}

# Some records at a time, each a request of its own: starting a program is what costs an emulated guest most. What
# cannot be written or read back is tried again until it can: "ok up to N" is true of all N.
at_once=5
number=$((found + 1))
records=
while :; do
  newest=$(((number + at_once - 1) / at_once * at_once))
  [ -n "$records" ] || records=$(records_of $number $newest)
  block=$((255 + number))
  count=$((newest + 1 - number))
  state=ok
  printf '%s\n' "$records" | dd of=/dev/vda bs=4096 seek=$block iflag=fullblock oflag=direct conv=fsync,notrunc status=none || state="write"
  [ $state != ok ] || back=$(dd if=/dev/vda bs=4096 skip=$block count=$count iflag=direct status=none) || state="read"
  if [ $state != ok ]; then
    echo "FAILED $state of record $number"
    sleep 1
  elif [ "$back" != "$records" ]; then
    echo "FAILED record wrong $number to $newest, read back at once"
  fi
  if [ -e /run/off ]; then echo "guest powers off after record $newest"; poweroff -f; sleep 60; fi
  # A guest is emulated, and must leave the processors to the others.
  usleep 250000
  [ $state = ok ] || continue
  if [ $((newest % every)) -eq 0 ]; then
    look_at_disks
    echo "records ok up to $newest,$(cut -d' ' -f1 /proc/uptime) s,$sizes"
  fi
  number=$((newest + 1))
  records=
done
