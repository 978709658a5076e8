import { setTimeout as sleep } from 'node:timers/promises';
import { asFailure, Failure } from '#src/errors.ts';
import { type Health, healthOf, type Observed } from './health.ts';
import { LostHealers } from './lost-healers.ts';

/** What is done to a volume to have it healed. Each but `first` and `endHealers` is one command of gluster. */
export interface Actions {
  /** Done before all else, while clients give their locks back at once already: it may end a brick. Not all need it. */
  readonly first?: () => Promise<void>;
  /** How it is now. */
  readonly look: () => Promise<Observed>;
  /** Starts what of it does not run: bricks and self-heal daemons. */
  readonly start: () => Promise<void>;
  /** Ends the self-heal daemons of some peers, by their UUIDs, so that the next start of them begins with nothing. */
  readonly endHealers: (peers: readonly string[], follow: Follow) => Promise<void>;
  /** Has clients give their locks back at once, or no more. */
  readonly hurry: (on: boolean) => Promise<void>;
  /** Has the self-heal daemons look for work. They do so by themselves every ten minutes only. */
  readonly heal: () => Promise<void>;
  /** What is against it that all is healed, asked when Gluster says so; undefined: nothing. Not all need to know. */
  readonly doubt?: () => Promise<string | undefined>;
}

/** How much of what has to be copied is there; bytes, and `all` is more than 0. */
export interface Copied {
  readonly done: number;
  readonly all: number;
}

/** How the work is followed. */
export interface Follow {
  /** Tells how far it is, a line without its end. */
  readonly tell: (line: string) => void;
  /** Shows how far copying is. */
  readonly show?: (copied: Copied) => void;
  /** Whether somebody wants it to end. */
  readonly isStopped: () => boolean;
}

/** How long things may take: milliseconds. */
export const healingTimes = {
  /** Between two looks. */
  turn: 3000,
  /** Between two calls of the daemons. */
  call: 10_000,
  /** Without progress, before clients are hurried. */
  stall: 30_000,
  /** For a brick to start, or for a peer to answer. */
  missing: 60_000,
  /** Without progress, before it is given up. */
  hopeless: 600_000,
};

/** So many entries more than the fewest are no new work. */
const few = 10;

/** So many times in a row a volume has to be well. */
const times = 3;

/**
 * Has a volume healed, and returns when it has been well three times in a row. Before a brick is started clients are
 * made to give their locks back at once, and until it is healed: a brick that returns could answer a read with what is
 * old (docs/failures.md). So are they when nothing heals for half a minute, because a guest that makes its image larger
 * keeps it from healing. That is taken back in any case but the death of this process. A self-heal daemon that starting
 * does not help is ended first: its glusterd may have lost track of it.
 *
 * Throws a Failure of kind unavailable when something of the volume does not come up, or does not heal any more.
 */
export async function healVolume(actions: Actions, follow: Follow, limits = healingTimes): Promise<void> {
  let hurried = false;
  const hurry = async (): Promise<void> => {
    hurried = true;
    await actions.hurry(true);
  };
  try {
    if (actions.first !== undefined) {
      await hurry();
      await actions.first();
    }
    const lost = new LostHealers();
    const onIdle = async (idle: readonly string[]): Promise<boolean> => {
      if (!hurried) await hurry();
      const ended = lost.take(idle);
      if (ended.length > 0) {
        follow.tell('starting does not help: the self-heal daemons that do not run are ended first');
        await actions.endHealers(ended, follow);
      }
      follow.tell('starting what does not run');
      try {
        await actions.start();
      } catch (error) {
        // A glusterd that takes a daemon for dead may refuse to start it, and ending it may help.
        const failure = asFailure(error);
        if (failure === undefined || !lost.areLeft(idle)) throw error;
        follow.tell(failure.message);
      }
      lost.start(idle);
      return ended.length > 0;
    };
    const onStall = async (): Promise<void> => {
      if (hurried) return;
      follow.tell('nothing heals: clients give their locks back at once from now on, and writing is slower');
      await hurry();
    };
    await untilWell(actions, follow, limits, { lost, onIdle, onStall });
  } finally {
    if (hurried) await actions.hurry(false);
  }
}

interface Remedies {
  readonly lost: LostHealers;
  /** Something does not run, and the daemons of these peers. Whether it is to be waited for anew. */
  readonly onIdle: (idleHealers: readonly string[]) => Promise<boolean>;
  readonly onStall: () => Promise<void>;
}

async function untilWell(
  { look, heal, doubt }: Actions,
  { tell, isStopped }: Follow,
  limits: typeof healingTimes,
  { lost, onIdle, onStall }: Remedies,
): Promise<void> {
  let [well, least, told] = [0, Number.POSITIVE_INFINITY, ''];
  let [progress, called, started] = [performance.now(), Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let missingSince: number | undefined;
  while (well < times) {
    if (isStopped()) throw new Failure('failed', 'it was stopped before everything was healed');
    const observed = await look();
    const health = healthOf(observed);
    const now = performance.now();
    const doubted = health.state === 'ok' ? await doubt?.() : undefined;
    const isWell = health.state === 'ok' && doubted === undefined;
    well = isWell ? well + 1 : 0;
    const entries = typeof observed.pending === 'object' ? observed.pending.entries : Number.POSITIVE_INFINITY;
    // The daemons find more while they heal a directory: that is progress, too. A guest makes a few come and go.
    const isMore = Number.isFinite(entries) && entries > least + few;
    if (entries < least || isMore || isWell) [least, progress] = [entries, now];
    const line = [...health.problems, ...(doubted === undefined ? [] : [doubted])].join('; ');
    if (line !== told && line !== '') tell(line);
    told = line;
    const stalled = now - progress;
    const isMissing = health.state !== 'healing' && health.state !== 'ok';
    missingSince = isMissing ? (missingSince ?? now) : undefined;
    const patience = lost.areLeft(health.idleHealers) ? 2 * limits.missing : limits.missing;
    if (now - (missingSince ?? now) > patience || stalled > limits.hopeless) throw stuck(observed, health, doubted);
    if (!isMissing && stalled > limits.stall) await onStall();
    // A daemon of GlusterFS 10 can die meanwhile, and glusterd does not start it again.
    if (typeof observed.status === 'object') lost.see(health.idleHealers);
    if (health.idle > 0 && now - started > limits.call) {
      started = now;
      if (await onIdle(health.idleHealers)) missingSince = performance.now();
    }
    if ((health.state === 'healing' || doubted !== undefined) && now - called > limits.call) {
      called = now;
      await heal();
    }
    if (well < times) await sleep(limits.turn);
  }
}

function stuck({ volume }: Observed, { state, problems }: Health, doubted: string | undefined): Failure {
  return new Failure('unavailable', `volume ${volume.name} stays ${doubted === undefined ? state : 'in doubt'}`, {
    problems: doubted === undefined ? problems : [doubted],
    hint: 'the logs of bricks are in /var/log/glusterfs/bricks/ on their nodes',
  });
}
