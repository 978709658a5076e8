import { imageAdopt } from './adopt.ts';
import type { Command } from './command.ts';
import { configCheck } from './config.ts';
import { imageDetach } from './detach.ts';
import { imageInfo, imageList } from './image.ts';
import { kvmStatus } from './kvm.ts';
import { kvmDisable, kvmEnable } from './kvm-enable.ts';
import { leaseList } from './lease.ts';
import { leaseBreak } from './lease-break.ts';
import { mountStatus } from './mount.ts';
import { mountRelease } from './mount-release.ts';
import { imageOrphans } from './orphans.ts';
import { poolBrickRestart } from './pool-brick-restart.ts';
import { poolBrickStart } from './pool-brick-start.ts';
import { poolConvert } from './pool-convert.ts';
import { poolEvacuate } from './pool-evacuate.ts';
import { poolExpand, poolPlan } from './pool-expand.ts';
import { poolHeal } from './pool-heal.ts';
import { poolInit } from './pool-init.ts';
import { poolJoin } from './pool-join.ts';
import { poolOptions } from './pool-options.ts';
import { poolPurge } from './pool-purge.ts';
import { poolReconcile } from './pool-reconcile.ts';
import { poolRemove } from './pool-remove.ts';
import { poolReplace } from './pool-replace.ts';
import { poolSlots } from './pool-slots.ts';
import { poolStatus } from './pool-status.ts';
import { poolTls } from './pool-tls.ts';
import { poolVerify } from './pool-verify.ts';
import { imageRemove } from './remove.ts';
import { sanityCommand } from './sanity-command.ts';
import { trashList } from './trash.ts';
import { trashPurge } from './trash-purge.ts';
import { imageUndelete } from './undelete.ts';

/** All commands of gnt-gluster by their nouns. */
const byNoun: readonly (readonly Command[])[] = [
  [imageList, imageInfo, imageRemove, imageDetach, imageUndelete, imageOrphans, imageAdopt],
  [leaseList, leaseBreak],
  [trashList, trashPurge],
  [poolInit, poolJoin, poolPlan, poolExpand, poolConvert, poolEvacuate, poolRemove, poolSlots, poolPurge],
  [poolStatus, poolVerify, poolHeal, poolOptions, poolTls, poolReplace, poolReconcile],
  [poolBrickStart, poolBrickRestart],
  [mountStatus, mountRelease],
  [configCheck],
  [kvmStatus, kvmEnable, kvmDisable],
  [sanityCommand],
];

/** All commands of gnt-gluster, in the order of its help. */
export const commands: readonly Command[] = byNoun.flat();
