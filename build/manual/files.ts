import { configurationFile } from '#gluster/configuration/load.ts';
import { runDirectory } from '#src/run-directory.ts';
import { type Lines, macro, section, tagged } from './mdoc.ts';
import { phrase } from './prose.ts';

const files: readonly (readonly [path: string, meaning: string])[] = [
  [configurationFile, 'the configuration, the same on every node; it is optional'],
  [
    '/usr/share/doc/ganeti-extstorage-gluster/examples/gluster.toml',
    'an example of the configuration, with all keys and what they mean',
  ],
  [
    '/usr/share/ganeti/extstorage/gluster/',
    'the verbs: links to one executable, or to the script that waits for its work',
  ],
  [
    '/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm',
    "the wrapper of QEMU that `gnt-gluster kvm enable` makes Ganeti's kvm_path: it gives QEMU all servers of an image and becomes QEMU",
  ],
  ['/etc/ganeti/gluster-kvm-path', 'the kvm_path that the cluster had before: the QEMU that gnt-gluster-kvm becomes'],
  [`${runDirectory}/mnt/POOL/VOLUME`, 'the mount of a volume on this node; it stays unless `keep_mounted` = false'],
  [runDirectory, 'locks, and what is attached on this node; empty after a boot'],
  [
    '/var/log/ganeti/extstorage/',
    'the logs of the verbs: Ganeti writes one file per call, and runs no verb without the directory',
  ],
  ['/etc/logrotate.d/ganeti-extstorage-gluster', 'the rule that keeps these logs for 90 days; change it there'],
  [
    '/var/log/glusterfs/ganeti-POOL-VOLUME.log',
    "the log of the FUSE client of a mounted volume; the rules of Gluster's own packages rotate it",
  ],
];

const onVolume: readonly (readonly [path: string, meaning: string])[] = [
  ['images/NAME/disk', 'the raw image, only for root'],
  [
    'images/NAME/image.json',
    'what is known of the image without Ganeti: UUID and name of the disk, instance, when and where made',
  ],
  ['images/NAME/lease/', 'one empty file; its name tells which nodes may use the image, how and since when'],
  ['images/.nodes/', 'an empty file per node; its name changes when the node was restarted'],
  ['images/.work/', 'images that are being made or deleted'],
  ['images/.trash/', 'removed images that can be brought back; only with the key `trash`'],
];

/** The section FILES. */
export function filesSection(): Lines {
  return section(
    'FILES',
    rows(files),
    ['On each volume, where the key', '.Ql directory', 'says nothing else:'],
    rows(onVolume),
  );
}

function rows(table: typeof files): Lines {
  return tagged(table.map(([path, meaning]) => ({ head: macro('Pa', path), body: phrase(meaning) })));
}
