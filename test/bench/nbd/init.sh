#!/bin/busybox sh
# shellcheck shell=dash
# The initramfs of a machine that has the root of a lab's node, by virtiofs, and that node's address and name.
# The kernel hands its own arguments on as variables: address (ADDRESS/PREFIX), node (its name).
/bin/busybox mkdir -p /dev /root
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
while read -r module; do insmod "/modules/$module"; done </modules/order
mount -t virtiofs root /root
mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mount -t devtmpfs devtmpfs /root/dev
for directory in run tmp var/log; do mount -t tmpfs tmpfs "/root/$directory"; done
mkdir -p /root/run/sshd /root/run/lock /root/run/gluster /root/var/log/glusterfs /root/dev/shm
hostname "${node:?}"
ip link set lo up
ip address add "${address:?}" dev eth0
ip link set eth0 up
# Process 1 reaps what others left.
exec switch_root /root /bin/sh -c '/usr/sbin/sshd -E /dev/console; while :; do sleep 86400 & wait $!; done'
