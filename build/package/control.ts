import { productName } from './release.ts';

interface Description {
  readonly version: string;
  readonly architecture: string;
  readonly maintainer: string;
  readonly bytes: number;
}

const depends = [
  // What dpkg-shlibdeps finds in the Node of the executable, on Debian 12.
  'libc6 (>= 2.34)',
  'libgcc-s1 (>= 3.4)',
  'libstdc++6 (>= 10.2)',
  'glusterfs-client',
  'qemu-utils',
  'util-linux (>= 2.38)',
];

const description = `GlusterFS storage for Ganeti
 Disks of Ganeti instances as images on GlusterFS volumes: a provider of
 Ganeti's ExtStorage interface, with all ten verbs. QEMU uses an image through
 a block device of the node, or in user space through libgfapi; live migration,
 failover, grow and backup work with Ganeti's own commands.
 .
 The command gnt-gluster shows the images, their mounts and the configuration.`;

/** The control file of the Debian package. */
export function controlFile({ version, architecture, maintainer, bytes }: Description): string {
  return [
    `Package: ${productName}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    `Depends: ${depends.join(', ')}`,
    'Recommends: attr, ganeti (>= 3.0), openssh-client',
    'Suggests: qemu-block-extra, xfsprogs',
    'Section: admin',
    'Priority: optional',
    `Description: ${description}`,
    '',
  ].join('\n');
}
