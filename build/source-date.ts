import { stat } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from './exec.ts';

/**
 * The date of what is built: that of the commit, so that who builds it again gets the same. SOURCE_DATE_EPOCH goes
 * before it; without git it is the date of the changelog.
 */
export async function sourceDate(root: string): Promise<Date> {
  const seconds = process.env.SOURCE_DATE_EPOCH ?? (await commitSeconds(root));
  if (/^\d+$/.test(seconds)) return new Date(Number(seconds) * 1000);
  return (await stat(path.join(root, 'CHANGELOG.md'))).mtime;
}

async function commitSeconds(root: string): Promise<string> {
  try {
    return (await mustRun(['git', '-C', root, 'log', '-1', '--format=%ct'])).trim();
  } catch {
    return '';
  }
}
