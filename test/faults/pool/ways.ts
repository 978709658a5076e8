import { setTimeout as sleep } from 'node:timers/promises';
import { bricksOf } from '../../e2e/support/bricks.ts';
import { look, run } from '../../e2e/support/commands.ts';
import { timed } from '../../e2e/support/progress.ts';
import type { LabNode } from '../../lab/node.ts';
import { type CommandResult, poll } from '../../lab/process.ts';
import { directory, nameOn, type Round, volume, type Way } from './round.ts';

const timeLimit = 10 * 60_000;

/** The product's own move. */
export const ourMove: Way = (round) => run(commandOf(round), round.source);

/** What one finds in a manual. */
export const plainCommands: Way = async ({ source, target }) => {
  await run(`gluster --mode=script volume add-brick ${volume} replica 3 ${nameOn(target)}`, source);
  const ask = `gluster volume heal ${volume} >/dev/null || true; gluster volume heal ${volume} statistics heal-count || true`;
  await poll('nothing waits to be healed', timeLimit, async () => {
    const lines = await look(source, ask);
    const counts = lines.flatMap((line) => /^Number of entries: (\d+)$/.exec(line)?.[1] ?? []);
    return counts.length === 3 && counts.every((count) => count === '0') ? true : undefined;
  });
  await run(`gluster --mode=script volume remove-brick ${volume} replica 2 ${nameOn(source)} force`, source);
  // Gluster refuses to take the directory again.
  await look(source, `rm -rf ${directory}`);
};

/** The process that moves is killed at any moment of its first minute, and another call finishes the move. */
export const killedMove: Way = async (round) => {
  const moving = startMove(round);
  const after = Math.floor(Math.random() * 60_000);
  await timed(`the move is killed after ${after / 1000} s`, () => sleep(after));
  await look(round.source, 'kill -KILL $(cat /run/move.pid) 2>/dev/null || true');
  await moving;
  await finish(round);
};

/** The glusterd of the new brick dies as soon as its directory is there, and comes back when the command has ended. */
export const withoutGlusterd: Way = async (round) => {
  const { source, target } = round;
  const moving = startMove(round);
  const kill = `until [ -d ${directory} ]; do sleep 0.01; done; pkill -KILL -x glusterd`;
  await timed(`the glusterd of ${target.name} is killed`, () => target.exec(['sh', '-c', kill], { timeLimit }));
  const { exitCode, stderr } = await moving;
  console.log(`the move ended with ${exitCode}: ${stderr.trim().split('\n').slice(-3).join(' | ')}`);
  await run('glusterd', target);
  await poll('all peers are there', 60_000, async () => {
    const peers = await look(source, 'gluster pool list');
    return peers.filter((line) => /\bConnected\b/.test(line)).length === 3 ? true : undefined;
  });
  await finish(round);
};

function startMove(round: Round): Promise<CommandResult> {
  const argv = ['sh', '-c', `echo $$ >/run/move.pid; exec ${commandOf(round)}`];
  return round.source.exec(argv, { timeLimit, reject: false });
}

function commandOf({ source, target }: Round): string {
  return `gnt-gluster pool replace ${volume} ${nameOn(source)} ${nameOn(target)}`;
}

/** What an administrator does: finishes what was begun, and begins anew what was undone. */
async function finish(round: Round): Promise<void> {
  const { source, mate, target } = round;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await tries('gnt-gluster pool reconcile', source);
    const bricks = await bricksOf(source, volume);
    if (bricks.join() === [nameOn(mate), nameOn(target)].join()) return;
    if (bricks.length === 2) await tries(commandOf(round), source);
  }
  throw new Error(`the move is not finished: ${(await bricksOf(source, volume)).join(', ')}`);
}

/** Runs a command that may fail, and then tells why; whether it did what it should. */
export async function tries(command: string, node: LabNode, patience = timeLimit): Promise<boolean> {
  const { exitCode, stderr } = await timed(`${node.name}# ${command}`, () =>
    node.exec(command.split(' '), { timeLimit: patience, reject: false }),
  );
  if (exitCode !== 0) console.log(`exit ${exitCode}: ${stderr.trim().split('\n').slice(-3).join(' | ')}`);
  return exitCode === 0;
}
