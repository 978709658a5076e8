import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}
interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** The licenses of all that is inside the executable: Node.js and the packages the program is made with. */
export async function thirdPartyLicenses(root: string): Promise<string> {
  const packages = parseLock(await readFile(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const inside = Object.entries(packages).filter(
    ([directory, { dev, optional, devOptional }]) => directory !== '' && !dev && !optional && !devOptional,
  );
  const node = `node_modules/node-linux-${process.arch}`;
  const parts = [[node, packages[node] ?? {}] as const, ...inside].map(async ([directory, locked]) => {
    const title = `${directory.replace(/^.*node_modules\//, '')} ${locked.version ?? ''}`;
    return `${title}\n${'='.repeat(title.length)}\n\n${await licenseOf(path.join(root, directory), locked)}\n`;
  });
  return (await Promise.all(parts)).join('\n');
}

async function licenseOf(directory: string, { license = 'unknown' }: Locked): Promise<string> {
  const name = (await readdir(directory)).find((file) => /^licen[sc]e/i.test(file));
  if (name === undefined) return `License: ${license}\n`;
  return `${(await readFile(path.join(directory, name), 'utf8')).trim()}\n`;
}

function parseLock(text: string): Lock {
  return JSON.parse(text);
}
