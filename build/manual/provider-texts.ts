import { example, type Lines, paragraph } from './mdoc.ts';
import { prose } from './prose.ts';

/** What ganeti-extstorage-gluster(7) tells in words, because no table knows it. */
export const description: Lines = [
  ...prose(
    'The provider `gluster` keeps the disks of Ganeti instances as raw images on GlusterFS volumes. ' +
      'An instance uses its image through a block device of the node, or QEMU opens it itself through libgfapi; live migration, failover, grow and backup work with the usual commands of Ganeti.',
  ),
  ...paragraph,
  ...prose(
    'A started volume with the name `ganeti` on the Ganeti nodes themselves is found without any configuration. Then:',
  ),
  ...example(
    'gnt-cluster modify --enabled-disk-templates=ext,diskless',
    'gnt-instance add -t ext --disk 0:size=10G,provider=gluster \\',
    '    -o debootstrap+default -n node1.example.com inst1.example.com',
  ),
  ...prose(
    '`gnt-gluster(8)` shows the images and checks configuration and mounts. ' +
      '`gnt-instance modify -t ext --ext-params provider=gluster` makes the disks of another template disks of this provider; docs/moving.md tells how to lose nothing on the way, and the way back.',
  ),
];

export const verbIntroduction: Lines = prose(
  'Ganeti runs these on a node, without arguments; each may be run again after it was interrupted at any point. `--help` shows the same.',
);

export const parameterIntroduction: Lines = prose(
  'They are given with a disk, as in `--disk 0:size=10G,provider=gluster,pool=fast`. An unknown one is refused when the disk is made. Read below, under CAVEATS, what `blockdev=never` does.',
);

export const configuration: Lines = [
  ...prose('The file `/etc/ganeti/gluster.toml` is the same on every node. Edit it on the master node, then:'),
  ...example('gnt-gluster config check', 'gnt-cluster copyfile /etc/ganeti/gluster.toml'),
];

export const caveats: Lines = [
  ...prose(
    'The parameter `blockdev=never` can lose data. Without a block device Ganeti runs `dd` on a file called `None` ' +
      'for wiping, importing and exporting a disk and for OS scripts, and reports success: an export is then empty, an import goes nowhere. ' +
      'Use it only with `access=userspace`, with `--no-install`, and for guests that are never exported.',
  ),
  ...paragraph,
  ...prose(
    'Ganeti 3.1 starts no guest on a disk that QEMU opens itself (`access=userspace`), and Ganeti 3.0 names one server of it to QEMU: while that is down, the guest runs, but cannot be rebooted or migrated. ' +
      '`gnt-gluster kvm enable` helps with both: guests are then started through `gnt-gluster-kvm`, a wrapper of QEMU that tells it all servers. ' +
      'Where QEMU has no gluster driver it gets the file of the image on the mount of the node: with Ganeti 3.0 by itself, with Ganeti 3.1 through the wrapper.',
  ),
  ...paragraph,
  ...prose(
    'IPv6 is used for a server that IPv4 does not lead to. QEMU is told of such a server by `gnt-gluster-kvm` only: without it a guest gets the file of the image on the mount with Ganeti 3.0, and does not start with Ganeti 3.1. ' +
      'With GlusterFS 11 the wrapper uses the glusterd of the node, where that is one of the servers, else the file, because libgfapi knows IPv4 only.',
  ),
  ...paragraph,
  ...prose(
    'Where Gluster speaks TLS every node needs `glusterfs.pem`, `glusterfs.key` and `glusterfs.ca` in the directory of OpenSSL: `/etc/ssl` for Debian 13, `/usr/lib/ssl` for Debian 12. ' +
      'Where it encrypts its management as well, every node needs the file `/var/lib/glusterd/secure-access`, too.',
  ),
  ...paragraph,
  ...prose(
    'A node that opens an image has a lease of it on the volume, and no other node can open it: the verb exits with 6 and names the holder. ' +
      'The lease of a node that was restarted, or that Ganeti lists as offline, is broken by whoever opens the image next. ' +
      'Before a node is marked offline it must be down: nothing else keeps its guests from writing. `gnt-gluster(8)` shows leases and can break them.',
  ),
  ...paragraph,
  ...prose(
    'With Ganeti 3.0 a guest sees that its disk has grown when it is restarted; with 3.1 at once. With 3.1 a disk for userspace access that QEMU opens by libgfapi is grown while its instance is shut down. ' +
      'With Ganeti 3.0 and QEMU 6 or newer a block device cannot be added to a running guest, one for userspace access can. ' +
      '`gnt-backup export` fails with Ganeti 3.1.0~rc2, which is in Debian 13, whatever the disks are on (issue 1839 of Ganeti).',
  ),
  ...paragraph,
  ...prose('A snapshot is a full copy of an image that is not in use.'),
  ...paragraph,
  ...prose(
    'A volume needs copies (replica 3, or 2 and an arbiter): without any, GlusterFS 10 and 11 can refuse one of two requests that need a new shard at the same moment, and the guest sees an I/O error.',
  ),
];
