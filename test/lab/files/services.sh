#!/bin/sh
# What an init system would start on a node. Runs inside the node at every boot.
set -eu
mkdir -p /run/gluster /run/sshd
glusterd
ssh-keygen -A >/dev/null
/usr/sbin/sshd
if [ -f /var/lib/ganeti/server.pem ]; then
  /usr/lib/ganeti/daemon-util start-all
fi
