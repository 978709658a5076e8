#!/bin/sh
# Installs the GlusterFS ExtStorage provider for Ganeti on this node, or removes it. See --help.
set -eu
umask 022

name=ganeti-extstorage-gluster
prefix=/usr
destdir=
# In a release everything lies beside this script, in a clone it has to be built.
from=$(dirname -- "$0")
[ -f "$from/$name" ] || from=$from/build/out/$name
with_dependencies=
uninstall=
dry_run=
beside=

usage() {
  cat <<END
usage: ./install.sh [options]

Installs the GlusterFS ExtStorage provider for Ganeti on this node. You can run it
again: a newer build replaces the installed one and does not disturb running verbs.

  --prefix DIR    install under DIR instead of /usr, for a Ganeti built to search
                  DIR/share/ganeti/extstorage (Debian's is not)
  --destdir DIR   put everything below DIR, as packaging does; needs no root
  --from DIR      take the built files from DIR
  --with-deps     install the Debian packages it needs, too
  --uninstall     remove all but the configuration and the logs
  --dry-run       say what would be done and do nothing
  --help          show this
END
}

fail() {
  printf 'install.sh: %s\n' "$2" >&2
  exit "$1"
}

while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --destdir | --from)
      [ -n "${2-}" ] || fail 2 "$1 needs a directory; see --help"
      case $1 in
        --prefix) prefix=$2 ;;
        --destdir) destdir=$2 ;;
        --from) from=$2 ;;
      esac
      shift
      ;;
    --with-deps) with_dependencies=yes ;;
    --uninstall) uninstall=yes ;;
    --dry-run) dry_run=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail 2 "unknown option '$1'; see --help" ;;
  esac
  shift
done

case $prefix in
  /*) ;;
  *) fail 2 "--prefix must be an absolute path, not '$prefix'" ;;
esac
if [ -n "$destdir$uninstall" ] && [ -n "$with_dependencies" ]; then
  fail 2 '--with-deps installs on this machine: do not give --destdir or --uninstall with it'
fi
if [ -z "$destdir$dry_run" ] && [ "$(id -u)" -ne 0 ]; then
  fail 9 'run this as root, or give --destdir DIR'
fi
# shellcheck disable=SC2016 # a placeholder of dpkg-query
if [ "$destdir$prefix" = /usr ] &&
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ]; then
  fail 5 "this node has the Debian package $name: upgrade or remove that, with apt"
fi

root=${destdir%/}
prefix=${prefix%/}
library=$prefix/lib/$name
providers=$prefix/share/ganeti/extstorage
provider=$providers/gluster
documents=$prefix/share/doc/$name
manuals=$prefix/share/man
completion=$prefix/share/bash-completion/completions/gnt-gluster
rotation=/etc/logrotate.d/$name
logs=/var/log/ganeti/extstorage
state=/run/ganeti-gluster
memory=/var/lib/$name
hooks='node-add-post node-remove-pre node-modify-post cluster-verify-post'
units=$prefix/lib/systemd/system
timer=gnt-gluster-reconcile

# Does one step, or only tells it: step "what it does, in words" command...
step() {
  if [ -n "$dry_run" ]; then
    printf 'would %s\n' "$1"
  else
    shift
    "$@"
  fi
}

# A half-written file must never stand where Ganeti looks, nor a running executable be written to:
# both files and links are made beside their place and renamed.
trap '[ -z "$beside" ] || rm -f -- "$beside"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

put_file() {
  mkdir -p -- "$(dirname -- "$3")"
  beside=$3.new.$$
  cp -- "$2" "$beside"
  chmod "$1" "$beside"
  mv -fT -- "$beside" "$3"
  beside=
}

# Makes $2 a relative link to the file $1, counted from where its directory really is: a part of its path may be a link.
put_link() {
  directory=$(dirname -- "$2")
  mkdir -p -- "$directory"
  beside=$2.new.$$
  ln -sfn -- "$(realpath --relative-to="$directory" -- "$1")" "$beside"
  [ "$(readlink -e -- "$beside")" = "$(readlink -e -- "$1")" ] || fail 1 "a link at $2 does not lead to $1"
  mv -fT -- "$beside" "$2"
  beside=
}

# From /etc to /usr, Debian wants a link that says the whole path.
put_absolute_link() {
  mkdir -p -- "$(dirname -- "$2")"
  beside=$2.new.$$
  ln -sfn -- "$1" "$beside"
  mv -fT -- "$beside" "$2"
  beside=
}

install_file() {
  step "install $root$3" put_file "$1" "$from/$2" "$root$3"
}

install_link() {
  step "link $root$2 to $root$1" put_link "$root$1" "$root$2"
}

# Below --destdir an absolute link means something else than on this machine, so nothing is installed through one.
require_inside() {
  [ -d "$root" ] || return 0
  place=$root$1
  while [ ! -d "$place" ]; do place=$(dirname -- "$place"); done
  case $(readlink -f -- "$place")/ in
    "$(readlink -f -- "$root")"/*) ;;
    *) fail 5 "$root$1 leads out of $root, to $(readlink -f -- "$place"): is a part of it an absolute link?" ;;
  esac
}

remove_file() {
  if [ -e "$root$1" ] || [ -L "$root$1" ]; then
    step "remove $root$1" rm -f -- "$root$1"
  fi
}

# An empty directory goes; one that holds anything (someone else's) stays.
remove_directory() {
  [ -n "$dry_run" ] || rmdir -- "$root$1" 2>/dev/null || true
}

# Removes our verb links from the provider's directory, except those that the build in $1, if given, has too.
remove_verbs() {
  for link in "$root$provider"/*; do
    verb=${link##*/}
    case $(readlink -- "$link" || true) in
      */"$name/$name" | */"$name/run-verb") [ -e "${1-}/$verb" ] || remove_file "$provider/$verb" ;;
    esac
  done
}

# What an installation that was killed left beside the files of a directory.
remove_leftovers() {
  for leftover in "$root$1"/*.new.*; do
    [ -e "$leftover" ] || [ -L "$leftover" ] || continue
    kill -0 "${leftover##*.}" 2>/dev/null || step "remove $leftover" rm -f -- "$leftover"
  done
}

install_rotation() {
  if [ -e "$root$rotation" ] && ! cmp -s -- "$from/logrotate" "$root$rotation"; then
    echo "$root$rotation was changed, and is kept. The new one is $from/logrotate"
  else
    install_file 0644 logrotate "$rotation"
  fi
}

# Whether systemd runs on this machine, and is to know of the timer.
has_systemd() {
  [ -z "$destdir" ] && [ -d /run/systemd/system ]
}

install_timer() {
  for unit in service timer; do install_file 0644 "$timer.$unit" "$units/$timer.$unit"; done
  if has_systemd; then
    step 'have systemd know the timer' systemctl daemon-reload
    step "start $timer.timer, now and after each boot" systemctl enable --quiet --now "$timer.timer"
  fi
}

remove_timer() {
  if has_systemd && [ -e "$units/$timer.timer" ]; then
    step "stop $timer.timer" systemctl disable --quiet --now "$timer.timer"
  fi
  for unit in service timer; do remove_file "$units/$timer.$unit"; done
  if [ -n "$destdir" ]; then
    remove_directory "$units"
    remove_directory "$prefix/lib/systemd"
  fi
  ! has_systemd || step 'have systemd forget the timer' systemctl daemon-reload
}

install_all() {
  [ -x "$from/$name" ] || fail 1 "nothing is built in $from; run: npm run build"
  [ -z "$with_dependencies" ] || install_dependencies

  if [ -n "$root" ]; then
    for directory in "$library" "$provider" "$prefix/sbin" /etc/ganeti/hooks; do require_inside "$directory"; done
  fi
  remove_leftovers "$library"
  remove_leftovers "$provider"
  install_file 0755 "$name" "$library/$name"
  install_file 0755 run-verb "$library/run-verb"
  # The script finds the program beside the verbs.
  install_link "$library/$name" "$provider/$name"
  for link in "$from"/*; do
    verb=${link##*/}
    if [ -L "$link" ] && [ "$verb" != gnt-gluster ]; then
      install_link "$library/$(readlink -- "$link")" "$provider/$verb"
    fi
  done
  remove_verbs "$from"
  install_file 0644 parameters.list "$provider/parameters.list"
  install_link "$library/$name" "$prefix/sbin/gnt-gluster"
  install_file 0755 gnt-gluster-kvm "$library/gnt-gluster-kvm"
  install_file 0755 ganeti-hook "$library/ganeti-hook"
  for hook in $hooks; do
    place=/etc/ganeti/hooks/$hook.d/$name
    step "link $root$place to $library/ganeti-hook" put_absolute_link "$library/ganeti-hook" "$root$place"
  done
  install_file 0644 gluster.toml.example "$documents/examples/gluster.toml"
  install_file 0644 "$name.7" "$manuals/man7/$name.7"
  install_file 0644 gnt-gluster.8 "$manuals/man8/gnt-gluster.8"
  install_file 0644 gnt-gluster.bash-completion "$completion"
  install_timer
  install_rotation
  # Ganeti logs the verbs here and neither it nor Debian's package makes the directory.
  if [ ! -d "$root$logs" ]; then
    step "create $root$logs" mkdir -p -m 0750 -- "$root$logs"
  fi

  if [ -z "$destdir" ]; then
    report_missing_tools
    echo
    echo "An example configuration, to copy to /etc/ganeti/gluster.toml, is $documents/examples/gluster.toml"
    echo 'Next, on the master node: gnt-storage diagnose'
  fi
}

# What this node knows of its mounts, attached images and earlier configurations; all of it stays as long as there is a
# mount.
forget_state() {
  [ -z "$destdir" ] || return 0
  if grep -q " $state/" /proc/self/mounts; then
    echo "Disks of this node are still in use: $state stays until this node is rebooted"
  else
    for known in "$state" "$memory"; do
      [ ! -d "$known" ] || step "remove $known" find "$known" -xdev -depth -delete
    done
  fi
}

# A volume stays mounted when nothing uses it any more. One that a guest uses is left.
release_mounts() {
  if [ -z "$destdir" ] && [ -x "$prefix/sbin/gnt-gluster" ]; then
    step 'unmount the volumes that nothing uses' release_idle_mounts
  fi
}

release_idle_mounts() {
  "$prefix/sbin/gnt-gluster" mount release --all >/dev/null || true
}

uninstall_all() {
  remove_timer
  release_mounts
  remove_verbs
  remove_leftovers "$provider"
  remove_leftovers "$library"
  remove_file "$provider/parameters.list"
  remove_file "$prefix/sbin/gnt-gluster"
  for hook in $hooks; do
    remove_file "/etc/ganeti/hooks/$hook.d/$name"
    remove_directory "/etc/ganeti/hooks/$hook.d"
  done
  remove_directory /etc/ganeti/hooks
  remove_file "$library/ganeti-hook"
  remove_file "$library/gnt-gluster-kvm"
  remove_file "$library/run-verb"
  remove_file "$documents/examples/gluster.toml"
  remove_file "$manuals/man7/$name.7"
  remove_file "$manuals/man8/gnt-gluster.8"
  remove_file "$completion"
  remove_file "$rotation"
  remove_file "$library/$name"
  for directory in "$provider" "$documents/examples" "$documents" "$library"; do
    remove_directory "$directory"
  done
  # All providers log there.
  if [ -z "$(ls -A -- "$root$providers" 2>/dev/null)" ]; then
    remove_directory "$logs"
  fi
  forget_state
  if [ -e "$root/etc/ganeti/gluster-kvm-path" ]; then
    echo "If 'gnt-gluster kvm disable' was not run before, run this on the master node:"
    echo "  gnt-cluster modify -H kvm:kvm_path=$(cat "$root/etc/ganeti/gluster-kvm-path")"
  fi
  if [ -e "$root/etc/ganeti/gluster.toml" ]; then
    echo "The configuration stays: $root/etc/ganeti/gluster.toml"
  fi
}

# Sets `tools`, the commands the provider needs and does not find, and `packages`, what they are in.
find_missing_tools() {
  tools=
  packages=
  while read -r tool package; do
    # `su` without `-` leaves root with a PATH that lacks sbin.
    PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null && continue
    tools="$tools $tool"
    case " $packages " in
      *" $package "*) ;;
      *) packages="$packages $package" ;;
    esac
  done <<END
mount.glusterfs glusterfs-client
qemu-img qemu-utils
losetup util-linux
flock util-linux
setpriv util-linux
END
}

report_missing_tools() {
  find_missing_tools
  if [ -n "$tools" ]; then
    echo
    echo "This node still lacks:$tools"
    echo "  apt install$packages"
  fi
}

install_dependencies() {
  find_missing_tools
  [ -n "$packages" ] || return 0
  command -v apt-get >/dev/null || fail 9 "this is not Debian: install these commands yourself:$tools"
  step "install the Debian packages$packages" apt_install
}

apt_install() {
  # shellcheck disable=SC2086 # one word a package
  set -- env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
    install --no-install-recommends $packages
  # The package lists may be absent or too old.
  "$@" </dev/null || { apt-get -q update </dev/null && "$@" </dev/null; } ||
    fail 9 "apt-get could not install$packages"
}

if [ -n "$uninstall" ]; then
  uninstall_all
else
  install_all
fi
