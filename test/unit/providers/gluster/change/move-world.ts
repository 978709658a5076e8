import type { MoveActions, Stage } from '#gluster/change/move.ts';
import { Failure } from '#src/errors.ts';

/** The end of the process that moves a brick: nothing it wanted to do afterwards is done. */
export class Killed extends Error {}

/** What becomes of a step. */
export type Fault = 'none' | 'refused' | 'refused and done' | 'killed before' | 'killed after';

/** A volume as the move of its brick sees it. */
export interface World {
  /** It gets a copy more, and no brick leaves it. */
  readonly keepsOld: boolean;
  /** It has one copy: the daemons copy as soon as the new brick is there. */
  readonly isSecondCopy: boolean;
  old: boolean;
  fresh: boolean;
  stage: Stage | undefined;
  /** Which run the volume names; undefined: another change. */
  owner: number | undefined;
  isAsExpected: boolean;
  isHealingOff: boolean;
  /** After so many looks every client is on the new brick. */
  clientsAfter: number;
  /** The new brick was added, and not all peers took it. */
  isBroken: boolean;
  isComplete: boolean;
  /** Something was copied while a client did not write to the new brick. */
  isTainted: boolean;
  readonly done: string[];
  /** What must never happen, and did. */
  readonly lost: string[];
}

/** A volume before the move. */
export function newWorld(more: Partial<World> = {}): World {
  return {
    keepsOld: false,
    isSecondCopy: false,
    old: true,
    fresh: false,
    stage: undefined,
    owner: 0,
    isAsExpected: true,
    isHealingOff: false,
    clientsAfter: 2,
    isBroken: false,
    isComplete: false,
    isTainted: false,
    done: [],
    lost: [],
    ...more,
  };
}

let runs = 0;

/** The actions of a new run on a volume that is a few variables. Each takes the next fault. */
export function actionsIn(world: World, faults: Fault[], breaks = false): MoveActions {
  runs += 1;
  const me = runs;
  const act = async (name: string, effect: () => unknown): Promise<void> => {
    const fault = faults.shift() ?? 'none';
    if (fault === 'killed before') throw new Killed();
    if (fault === 'refused') throw new Failure('failed', `${name} was refused`);
    world.done.push(name);
    effect();
    check(world, name);
    if (fault === 'killed after') throw new Killed();
    if (fault === 'refused and done') throw new Failure('failed', `${name} timed out`);
  };
  return {
    keepsOld: world.keepsOld,
    isSecondCopy: world.isSecondCopy,
    look: async () => ({ ...world, claim: claimOn(world, me) }),
    rival: async () => undefined,
    intend: (stage) => act(`intend ${stage}`, () => Object.assign(world, { stage, owner: me })),
    heal: (on) => {
      if (!on && world.isSecondCopy && !world.fresh) world.lost.push('a volume of one copy has no daemons');
      return act(`heal ${on}`, () => Object.assign(world, { isHealingOff: !on }));
    },
    add: async () => {
      await act('add', () => {
        world.fresh = true;
        world.isBroken = breaks;
        world.isComplete = false;
      });
      if (!world.isSecondCopy) return;
      await act('pause', () => Object.assign(world, { isHealingOff: true }));
      await act('renew', () => Object.assign(world, { isTainted: false }));
    },
    refusal: async () => (world.isBroken ? 'a peer has other bricks' : undefined),
    lagging: async () => {
      world.clientsAfter -= 1;
      return world.clientsAfter > 0 ? 'a client is not on it' : undefined;
    },
    complete: async () => {
      const { fresh, isBroken, isTainted } = world;
      await act('complete', () => Object.assign(world, { isComplete: fresh && !isBroken && !isTainted }));
      return undefined;
    },
    trust: async () => {
      if (!world.isSecondCopy) return;
      if (world.fresh && (world.isTainted || !world.isComplete)) world.lost.push('an incomplete copy is trusted');
      await act('trust', () => undefined);
    },
    need: async () => undefined,
    remove: (brick) => act(`remove ${brick}`, () => Object.assign(world, { [brick]: false })),
    retire: async (brick) => void world.done.push(`retire ${brick}`),
  };
}

function claimOn({ owner, stage }: World, me: number): 'none' | 'ours' | 'begun' | 'other' {
  if (owner === undefined) return 'other';
  if (stage === undefined) return 'none';
  return owner === me ? 'ours' : 'begun';
}

function check(world: World, name: string): void {
  const { keepsOld, old, fresh, stage, isHealingOff, clientsAfter, isBroken, isComplete, lost } = world;
  if (!old && !(fresh && isComplete)) lost.push(`${name}: the old brick went before the new one was complete`);
  const isCopying = fresh && old && !isHealingOff;
  if (isCopying && world.isSecondCopy) world.isTainted ||= clientsAfter > 0 || isBroken;
  else if (isCopying && clientsAfter > 0) lost.push(`${name}: it is copied while a client does not write to it`);
  else if (isCopying && isBroken) lost.push(`${name}: a brick that not all peers have is healed`);
  const isMade = keepsOld && isComplete;
  if (stage === undefined && (isHealingOff || (old && fresh && !isMade))) lost.push(`${name}: nobody would finish it`);
}
