import type { Architecture } from '../options.ts';

/** What is released, and how. */
export interface Release {
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
}

/** A file that was made. */
export interface Made {
  readonly name: string;
  readonly bytes: number;
}

/** What the executable, the packages and their directories are called. */
export const productName = 'ganeti-extstorage-gluster';

/** What the tools that pack get: nothing of what they make depends on the language or the time zone of who builds. */
export function packingEnvironment(date?: Date): NodeJS.ProcessEnv {
  const dated = date === undefined ? {} : { SOURCE_DATE_EPOCH: secondsOf(date) };
  return { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...dated };
}

/** The form of SOURCE_DATE_EPOCH. */
export function secondsOf(date: Date): string {
  return String(Math.floor(date.getTime() / 1000));
}

/** As Debian orders versions: what comes before a release has a tilde. */
export function debianVersion(version: string): string {
  return version.replaceAll('-', '~');
}
