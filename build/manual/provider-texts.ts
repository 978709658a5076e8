import { example, type Lines, paragraph } from './mdoc.ts';
import { prose } from './prose.ts';

/** What ganeti-extstorage-gluster(7) tells in words, because no table knows it. */
export const description: Lines = paragraphs(
  prose(
    'The provider `gluster` keeps the disks of Ganeti instances as raw images on GlusterFS volumes. ' +
      'An instance uses its image through a block device of the node, or QEMU opens it itself through libgfapi. ' +
      'Live migration, failover, grow and backup work with the usual commands of Ganeti.',
  ),
  [
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
        '`gnt-instance modify -t ext --ext-params provider=gluster` makes the disks of another template disks of this provider. ' +
        'The page docs/moving.md tells how to lose nothing on the way, and describes the way back.',
    ),
  ],
);

export const verbIntroduction: Lines = prose(
  'Ganeti runs these on a node, without arguments. Each may be run again after it was interrupted at any point. `--help` shows the same.',
);

export const parameterIntroduction: Lines = prose(
  'Give them with a disk, as in `--disk 0:size=10G,provider=gluster,pool=fast`. An unknown parameter is refused when the disk is made. ' +
    'CAVEATS tells what `blockdev=never` does.',
);

export const configuration: Lines = [
  ...prose('The file `/etc/ganeti/gluster.toml` is the same on every node. Edit it on the master node, then:'),
  ...example('gnt-gluster config check', 'gnt-cluster copyfile /etc/ganeti/gluster.toml'),
];

export const caveats: Lines = paragraphs(
  prose(
    'The parameter `blockdev=never` can lose data. Without a block device Ganeti runs `dd` on a file called `None` and reports success. ' +
      'It does so for wiping, importing and exporting a disk, and for OS scripts. An export is then empty, and an import goes nowhere. ' +
      'Use it only with `access=userspace`, with `--no-install`, and for guests that are never exported.',
  ),
  prose(
    'Ganeti 3.1 starts no guest on a disk that QEMU opens itself (`access=userspace`). Ganeti 3.0 names one server of it to QEMU. ' +
      'While that server is down, the guest runs, but cannot be rebooted or migrated. ' +
      '`gnt-gluster kvm enable` helps with both. Guests are then started through `gnt-gluster-kvm`, a wrapper of QEMU that tells it all servers. ' +
      'Where QEMU has no gluster driver it gets the file of the image on the mount of the node. ' +
      'Ganeti 3.0 does this by itself, and Ganeti 3.1 through the wrapper.',
  ),
  prose(
    'IPv6 is used for servers that cannot be reached by IPv4. Only `gnt-gluster-kvm` tells QEMU of such a server. ' +
      'Without it a guest gets the file of the image on the mount with Ganeti 3.0, and does not start with Ganeti 3.1. ' +
      'The libgfapi of GlusterFS 11 knows IPv4 only. So the wrapper uses the glusterd of the node, where that is one of the servers, else the file.',
  ),
  prose(
    'Where Gluster speaks TLS, every node needs `glusterfs.pem`, `glusterfs.key` and `glusterfs.ca` in the directory of OpenSSL. ' +
      'That is `/etc/ssl` on Debian 13 and `/usr/lib/ssl` on Debian 12. ' +
      'Where Gluster also encrypts its management, every node needs the file `/var/lib/glusterd/secure-access`.',
  ),
  prose(
    'A node that opens an image takes a lease of it on the volume, and no other node can open the image. The verb exits with 6 and names the holder. ' +
      'Whoever opens the image next breaks the lease of a node that was restarted, or that Ganeti lists as offline. ' +
      'Before a node is marked offline it must be down: nothing else keeps its guests from writing. `gnt-gluster(8)` shows leases and can break them.',
  ),
  prose(
    'With Ganeti 3.0 a guest sees that its disk has grown when it is restarted, with 3.1 at once. ' +
      'With 3.1 a disk for userspace access that QEMU opens by libgfapi is grown while its instance is shut down. ' +
      'With Ganeti 3.0 and QEMU 6 or newer a block device cannot be added to a running guest. One for userspace access can. ' +
      '`gnt-backup export` fails with Ganeti 3.1.0~rc2, which is in Debian 13, whatever the disks are on (issue 1839 of Ganeti).',
  ),
  prose(
    'A snapshot is a full copy of an image that is not in use. ' +
      'On XFS a file that grows by being written holds up to twice its size for some minutes, and bricks count that as used. ' +
      'The key `reserve` should leave room for it.',
  ),
  prose(
    'A volume needs replicas (replica 3, or 2 and an arbiter), and not only for redundancy. ' +
      'On an unreplicated volume GlusterFS 10 and 11 can fail one of two requests that need the same new shard at once. ' +
      'The guest then sees an I/O error.',
  ),
);

function paragraphs(...all: readonly Lines[]): Lines {
  return all.flatMap((lines, index) => (index === 0 ? lines : [...paragraph, ...lines]));
}
