import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Architecture } from '../options.ts';

/** What is released, and how. */
export type Release = {
  /** The clone it is built in. */
  readonly root: string;
  /** The directory that the build made for the architecture. */
  readonly built: string;
  readonly version: string;
  readonly architecture: Architecture;
  /** From 0, quick, to 9. */
  readonly level: string;
  /** What every file in it is dated. */
  readonly date: Date;
};

/** A file that was made. */
export type Made = { readonly name: string; readonly bytes: number };

/** What the executable, the packages and their directories are called. */
export const productName = 'ganeti-extstorage-gluster';

/** Runs a command without a shell; throws with what it said if it fails. */
export async function run(command: string, args: readonly string[], date?: Date): Promise<string> {
  const env = {
    ...process.env,
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(date === undefined ? {} : { SOURCE_DATE_EPOCH: secondsOf(date) }),
  };
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** The form of SOURCE_DATE_EPOCH. */
export function secondsOf(date: Date): string {
  return String(Math.floor(date.getTime() / 1000));
}

/** As Debian orders versions: what comes before a release has a tilde. */
export function debianVersion(version: string): string {
  return version.replaceAll('-', '~');
}
