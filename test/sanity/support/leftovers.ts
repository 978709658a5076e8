import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { detachUnder } from '../../lab/loops.ts';

/** What the copies of the reference provider are called, with the id of the process that makes them. */
export const scratchPrefix = `${tmpdir()}/sanity-test-`;

/** Takes away the copies whose maker was killed, with their loop devices. */
export async function takeCopiesAway(): Promise<void> {
  for (const entry of readdirSync(tmpdir())) {
    const path = `${tmpdir()}/${entry}`;
    const pid = path.startsWith(scratchPrefix) ? path.slice(scratchPrefix.length).split('-', 1)[0] : undefined;
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    await detachUnder(path);
    rmSync(path, { recursive: true, force: true });
  }
}
