#!/bin/sh
# Process 1 of a whole lab, in PID, mount and network namespaces of its own. It owns the bridge its nodes are plugged
# into, and every node is a descendant of its PID namespace: when it is killed, the kernel kills all the rest.
# Usage: hub.sh LAB_DIRECTORY BRIDGE ADDRESS/PREFIX
set -eu
directory=$1 bridge=$2 address=$3

ip -batch - <<EOF
link set lo up
link add $bridge type bridge
address add $address dev $bridge
link set $bridge up
EOF

# /proc is still the machine's, so this is our process id as the machine sees it.
read -r pid _ </proc/self/stat
echo "$pid" >"$directory/hub.pid.new"
mv "$directory/hub.pid.new" "$directory/hub.pid"

while :; do
  sleep 86400 &
  wait $!
done
