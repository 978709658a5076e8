import { configurationFile } from '#gluster/configuration/load.ts';
import { runDirectory } from '#src/run-directory.ts';
import { type Lines, macro, section, tagged } from './mdoc.ts';
import { phrase } from './prose.ts';

const files: readonly (readonly [path: string, meaning: string])[] = [
  [configurationFile, 'the configuration, the same on every node; it need not be there'],
  [
    '/usr/share/doc/ganeti-extstorage-gluster/examples/gluster.toml',
    'an example of it, with all keys and what they mean',
  ],
  ['/usr/share/ganeti/extstorage/gluster/', 'the verbs: links to one executable'],
  [
    '/usr/lib/ganeti-extstorage-gluster/gnt-gluster-kvm',
    "what `gnt-gluster kvm enable` makes Ganeti's kvm_path: it gives QEMU all servers of an image and becomes QEMU",
  ],
  ['/etc/ganeti/gluster-kvm-path', 'the kvm_path that the cluster had before: which QEMU gnt-gluster-kvm becomes'],
  [`${runDirectory}/mnt/POOL/VOLUME`, 'where this node mounts a volume, for as long as something needs it'],
  [runDirectory, 'locks, and what is attached here; empty after a boot'],
  [
    '/var/log/ganeti/extstorage/',
    'what the verbs said: Ganeti writes one file a call, and does not run one without the directory',
  ],
  [
    '/etc/logrotate.d/ganeti-extstorage-gluster',
    'when these files are deleted: after three months, unless changed there',
  ],
  [
    '/var/log/glusterfs/ganeti-POOL-VOLUME.log',
    "what the client of a mounted volume says; rotated by the rules of Gluster's own packages",
  ],
];

const onVolume: readonly (readonly [path: string, meaning: string])[] = [
  ['images/NAME/disk', 'the raw image, only for root'],
  [
    'images/NAME/image.json',
    'what is known of it without Ganeti: UUID and name of the disk, instance, when and where made',
  ],
  ['images/NAME/lease/', 'one empty file, whose name tells which nodes may use it, how and since when'],
  ['images/.nodes/', 'an empty file a node, whose name changes when the node was restarted'],
  ['images/.work/', 'images that are being made or deleted'],
  ['images/.trash/', 'images that were removed and can be brought back; only with the key `trash`'],
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
