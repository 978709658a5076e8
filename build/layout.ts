import { copyFile, link, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the built directory consists of. Links are from their name to another name in it. */
export interface Layout {
  readonly executables: readonly { readonly name: string; readonly source: string }[];
  readonly links: Readonly<Record<string, string>>;
  readonly copies: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** Fills the directory; each file is made beside its place and renamed, so a verb running from it is not disturbed. */
export async function layOut(directory: string, { executables, links, copies, texts }: Layout): Promise<void> {
  const place = async (name: string, make: (beside: string) => Promise<void>): Promise<void> => {
    const beside = path.join(directory, `.${name}.${process.pid}`);
    await rm(beside, { force: true });
    await make(beside);
    await rename(beside, path.join(directory, name));
    // Renaming one hard link over another of the same file does nothing and leaves both.
    await rm(beside, { force: true });
  };

  await mkdir(directory, { recursive: true });
  for (const { name, source } of executables) {
    await place(name, (beside) => link(source, beside));
  }
  for (const [name, target] of Object.entries(links)) {
    await place(name, (beside) => symlink(target, beside));
  }
  for (const [name, source] of Object.entries(copies)) {
    await place(name, (beside) => copyFile(source, beside));
  }
  for (const [name, text] of Object.entries(texts)) {
    await place(name, (beside) => writeFile(beside, text));
  }
  const ours = [...executables.map(({ name }) => name), ...[links, copies, texts].flatMap((part) => Object.keys(part))];
  await removeOthers(directory, ours);
}

async function removeOthers(directory: string, wanted: readonly string[]): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!wanted.includes(name) && !name.startsWith('.')) {
      await rm(path.join(directory, name), { recursive: true });
    }
  }
}
