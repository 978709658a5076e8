import type { LabNode } from '../lab/node.ts';

/** What a node of Gluster has, and one that only mounts lacks. */
const names = ['glusterfs-server', 'glusterfs-cli'];

/** Where the only repository of such a node is, with these packages as they were installed. */
export const repository = '/srv/apt';

/**
 * Takes the server of Gluster away from a node, whose apt can install it again: a lab reaches no mirror, so its
 * packages are made anew from what is there. Its glusterd keeps its UUID.
 */
export async function removeServer(node: LabNode): Promise<void> {
  const script = ['sh', '-euc', repack, 'sh', repository, ...names];
  await node.exec(script, { timeLimit: 120_000 });
}

const repack = `
apt=$1; shift
mkdir -p "$apt"
for name in "$@"; do
  tree=$(mktemp -d)
  mkdir "$tree/DEBIAN"
  # Some directories are links today, and were none when the package was made.
  dpkg -L "$name" | sed 's|^/||' | tar -C / --no-recursion -chf - -T - | tar -C "$tree" -xf -
  for part in preinst postinst prerm postrm conffiles triggers; do
    [ ! -e "/var/lib/dpkg/info/$name.$part" ] || cp "/var/lib/dpkg/info/$name.$part" "$tree/DEBIAN/"
  done
  dpkg-query -s "$name" | sed '/^Status:/d; /^Conffiles:/d; /^ /d' >"$tree/DEBIAN/control"
  dpkg-deb -Znone --build "$tree" "$apt/$name.deb"
  {
    cat "$tree/DEBIAN/control"
    echo "Filename: ./$name.deb"
    echo "Size: $(stat -c %s "$apt/$name.deb")"
    echo "SHA256: $(sha256sum <"$apt/$name.deb" | cut -d ' ' -f 1)"
    echo
  } >>"$apt/Packages"
  rm -r "$tree"
done
rm -f /etc/apt/sources.list.d/*
echo "deb [trusted=yes] file:$apt ./" >/etc/apt/sources.list
apt-get -q update
pkill -x glusterd || true
dpkg --remove "$@"`;
