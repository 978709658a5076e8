import { imageAdopt } from './adopt.ts';
import type { Command } from './command.ts';
import { configCheck } from './config.ts';
import { imageInfo, imageList } from './image.ts';
import { kvmDisable, kvmEnable, kvmStatus } from './kvm.ts';
import { leaseBreak, leaseList } from './lease.ts';
import { mountStatus } from './mount.ts';
import { imageOrphans } from './orphans.ts';
import { sanityCommand } from './sanity-command.ts';
import { imageUndelete, trashList, trashPurge } from './trash.ts';

/** All commands of gnt-gluster, in the order of its help. */
export const commands: readonly Command[] = [
  {
    name: 'image list',
    summary: 'the images of all pools, or of one',
    operands: [],
    options: { pool: 'only this pool' },
    run: imageList,
  },
  {
    name: 'image info',
    summary: 'everything that is known of an image',
    operands: ['NAME'],
    options: { pool: 'the pool to look in (default: all)' },
    run: imageInfo,
  },
  {
    name: 'lease list',
    summary: 'which node may use which image, since when, and whether that node may be alive',
    operands: ['[IMAGE]'],
    options: { pool: 'only this pool' },
    run: leaseList,
  },
  {
    name: 'lease break',
    summary: 'take an image away from the nodes that have it, or from one',
    operands: ['IMAGE'],
    options: { node: 'only from this node', pool: 'the pool to look in (default: all)' },
    flags: { 'dry-run': 'only tell what would be done' },
    run: leaseBreak,
  },
  {
    name: 'image undelete',
    summary: 'bring an image back from the trash: the one removed last',
    operands: ['NAME'],
    options: {
      pool: 'the pool to look in (default: all)',
      time: 'the one removed at this time, as trash list shows it',
    },
    flags: { 'dry-run': 'only say what would be done' },
    run: imageUndelete,
  },
  {
    name: 'image orphans',
    summary: 'on the master node: images without a disk of Ganeti or half made, disks without an image, remains here',
    operands: [],
    options: {
      'older-than':
        'quarantine only what is so old, and take for left behind what was untouched so long (default: 15m)',
    },
    flags: {
      quarantine: 'move images that no disk refers to, and nobody uses, into the trash; undelete brings them back',
      'dry-run': 'only say what would be done',
    },
    run: imageOrphans,
  },
  {
    name: 'image adopt',
    summary: 'make a raw file on a volume, given by its path from the root of the volume, an image, without copying it',
    operands: ['FILE', 'NAME'],
    options: { pool: 'the pool (default: all)', volume: 'the volume, if there are several' },
    flags: { 'round-up': 'make it larger, to a whole MiB', 'dry-run': 'only say what would be done' },
    run: imageAdopt,
  },
  {
    name: 'trash list',
    summary: 'the removed images that can be brought back, and when they are purged',
    operands: [],
    options: { pool: 'only this pool' },
    run: trashList,
  },
  {
    name: 'trash purge',
    summary: 'delete for ever what is in the trash for long enough by two clocks, or all of one name',
    operands: ['[NAME]'],
    options: { pool: 'only this pool' },
    flags: { all: 'everything, however new, and quarantined images too', 'dry-run': 'only say what would be done' },
    run: trashPurge,
  },
  {
    name: 'mount status',
    summary: 'the mounts of this node: do they answer, what uses them, how much is free',
    operands: [],
    options: {},
    run: mountStatus,
  },
  {
    name: 'config check',
    summary: 'is a configuration file valid, and do its servers answer',
    operands: ['[FILE]'],
    options: {},
    local: true,
    run: configCheck,
  },
  {
    name: 'kvm status',
    summary: 'does the cluster start guests through gnt-gluster-kvm',
    operands: [],
    options: {},
    local: true,
    run: kvmStatus,
  },
  {
    name: 'kvm enable',
    summary: 'have guests started through gnt-gluster-kvm, which gives QEMU all servers of an image',
    operands: [],
    options: {},
    flags: { 'dry-run': 'only tell what would be done' },
    local: true,
    run: kvmEnable,
  },
  {
    name: 'kvm disable',
    summary: 'have guests started as before',
    operands: [],
    options: {},
    flags: { 'dry-run': 'only tell what would be done' },
    local: true,
    run: kvmDisable,
  },
  sanityCommand,
];
