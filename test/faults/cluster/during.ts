import { existsSync } from 'node:fs';
import { look } from '../../e2e/support/commands.ts';
import { node } from '../../e2e/support/lab.ts';
import { type CommandResult, poll } from '../../lab/process.ts';
import { type Stage, timeLimit } from './stage.ts';

/** What an administrator types that takes some seconds. The guest is on node2 before it. */
export const migrate = 'node1# gnt-instance migrate -f -n node3.lab inst1.lab';
export const backup = 'node1# gnt-backup export -n node3.lab inst1.lab';

/**
 * Starts a live migration from node2 to node3, does something once QEMU is on both, and waits for the end of both.
 * Throws when the migration was over before.
 */
export async function duringMigration(stage: Stage, action: () => Promise<unknown>): Promise<CommandResult> {
  const target = node('node3.lab');
  const qemu = `/proc/${target.pid}/root/run/ganeti/kvm-hypervisor/pid/inst1.lab`;
  return await during(stage, migrate, 'QEMU is on both nodes', () => existsSync(qemu), action);
}

/**
 * Starts a backup of the guest, does something while node2 copies its disk, and waits for the end of both. The copy
 * stands still meanwhile, so that it is not over before. Throws when it was.
 */
export async function duringSnapshot(
  stage: Stage,
  action: () => Promise<unknown>,
  command = backup,
): Promise<CommandResult> {
  const here = node('node2.lab');
  const copying = async (): Promise<boolean> =>
    (await look(here, 'pkill -STOP -x qemu-img && echo yes || true')).length > 0;
  return await during(stage, command, 'a disk is being copied', copying, async () => {
    await action();
    if (here.pid !== undefined) await look(here, 'pkill -CONT -x qemu-img || true');
  });
}

async function during(
  { tries }: Stage,
  command: string,
  moment: string,
  isThere: () => boolean | Promise<boolean>,
  action: () => Promise<unknown>,
): Promise<CommandResult> {
  let over = false;
  const running = tries(command).finally(() => {
    over = true;
  });
  const acting = poll(moment, timeLimit, async () => {
    if (await isThere()) return true;
    if (over) throw new Error(`${command} ended before this: ${moment}`);
    return undefined;
  }).then(action);
  const [result] = await Promise.all([running, acting]);
  return result;
}

/** Throws unless a command ended well, as if nothing had been. */
export function requireDone({ exitCode, stdout, stderr }: CommandResult): void {
  if (exitCode !== 0) throw new Error(`it failed:\n${stdout}${stderr}`);
}

/** Throws unless a command failed and said why. Returns all it said. */
export function requireFailed({ exitCode, stdout, stderr }: CommandResult, reason: RegExp): string {
  const said = stdout + stderr;
  if (exitCode === 0 || !reason.test(said)) throw new Error(`it did not fail with ${reason}:\n${said}`);
  return said;
}
