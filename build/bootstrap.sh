#!/bin/sh
# Brings a machine, possibly bare, to where this repository's tests can run: the Debian packages of
# test/lab/packages.txt (not with --npm-only) and the npm packages of package-lock.json. Silent when all is there.
# Needs no node_modules; the npm it is called from may run on any Node.
set -eu

root=$(cd -- "$(dirname -- "$0")/.." && pwd)
package_list=$root/test/lab/packages.txt
tools='binutils shellcheck dpkg-dev lintian mmdebstrap'
policy=/usr/sbin/policy-rc.d
policy_mark='# made by ganeti-extstorage-gluster/build/bootstrap.sh'
log=$(mktemp)
my_turn=

clean_up() {
  # Told by its mark and not by a variable: a run that was killed leaves its own to the next one.
  if [ -n "$my_turn" ] && [ "$(id -u)" -eq 0 ] && grep -qsxF "$policy_mark" "$policy"; then
    rm -f "$policy"
  fi
  rm -f "$log"
}

fail() {
  printf 'bootstrap: %s\n' "$2" >&2
  exit "$1"
}

say() {
  printf 'bootstrap: %s\n' "$1"
}

# Two of these at once would disturb each other. The lock is on the descriptor, so that no process started
# below may inherit it (hence 9<&- throughout): a daemon would keep it for ever.
take_turn() {
  if [ "$(id -u)" -eq 0 ] && [ -d /run/lock ]; then
    exec 9>/run/lock/ganeti-extstorage-gluster-bootstrap
  else
    exec 9<"$root"
  fi
  if command -v flock >/dev/null && ! flock --nonblock 9; then
    say 'waiting for another bootstrap'
    flock 9
  fi
  my_turn=yes
}

logged() {
  "$@" >>"$log" 2>&1 </dev/null 9<&-
}

wanted_packages() {
  # shellcheck disable=SC2086 # one word a package
  printf '%s\n' $tools
  [ ! -f "$package_list" ] || sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$package_list"
}

missing_packages() {
  # An unknown package makes dpkg-query exit 1 after it told about the others.
  # shellcheck disable=SC2016 # dpkg-query's own placeholders
  have=$(wanted_packages | xargs dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null || true)
  for package in $(wanted_packages); do
    printf '%s\n' "$have" | grep -qxF "$package installed" || printf '%s ' "$package"
  done
}

apt_install() {
  # shellcheck disable=SC2086 # one word a package
  logged env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 \
    install --no-install-recommends $missing
}

# Installed daemons must not start: the lab starts its own, in its own namespaces.
forbid_service_start() {
  [ ! -e "$policy" ] || return 0
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
  chmod 0755 "$policy"
}

install_packages() {
  command -v dpkg-query >/dev/null || fail 9 "this needs Debian, with the packages of test/lab/packages.txt"
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  [ "$(id -u)" -eq 0 ] || fail 9 "as root, run: apt install $missing"

  say "installing Debian packages: $missing"
  forbid_service_start
  if ! apt_install; then
    # The package lists may be absent or too old.
    logged apt-get -q -o DPkg::Lock::Timeout=600 update || true
    if ! apt_install; then
      tail -n 20 "$log" >&2
      fail 9 "apt-get install failed (above: its last lines)"
    fi
  fi
}

# Drops every node_modules/.bin, whose `node` is about to vanish under the npm that reinstalls it.
path_without_node_modules() {
  printf '%s\n' "$PATH" | tr ':' '\n' | grep -v '/node_modules/\.bin$' | paste -sd: -
}

install_node_modules() {
  installed=$root/node_modules/.package-lock.json
  if [ -f "$installed" ] && [ -z "$(find "$root/package-lock.json" -newer "$installed")" ]; then
    return 0
  fi
  PATH=$(path_without_node_modules)
  command -v npm >/dev/null || fail 9 'npm is missing: install Node.js with npm, any version from 20 on'
  say 'npm ci'
  # esbuild, the only package with an install script, works without it. NODE_ENV=production would leave out the tools.
  if ! (cd "$root" && logged npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund \
    --engine-strict=false --loglevel=error); then
    tail -n 20 "$log" >&2
    fail 9 'npm ci failed (above: its last lines)'
  fi
  # Else a package-lock.json that was touched and not changed would look newer for ever.
  touch "$installed"
  # npm 10 leaves out this link, because the package for the other architecture, not installed, has one too.
  for node in "$root"/node_modules/node-linux-*/bin/node; do
    [ ! -x "$node" ] || ln -sf "../${node#"$root/node_modules/"}" "$root/node_modules/.bin/node"
  done
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
take_turn
[ "${1-}" = --npm-only ] || install_packages
install_node_modules
