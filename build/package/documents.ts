import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { debianChangelog } from './changelog.ts';
import { thirdPartyLicenses } from './licenses.ts';
import { debianVersion, productName, type Release } from './release.ts';

/** Adds to the tree what a Debian package documents of itself, and compresses the manual pages. */
export async function addDocuments(release: Release, tree: string, maintainer: string): Promise<void> {
  const documents = path.join(tree, 'usr/share/doc', productName);
  const changelog = debianChangelog({
    text: await readFile(path.join(release.root, 'CHANGELOG.md'), 'utf8'),
    version: debianVersion(release.version),
    date: release.date,
    maintainer,
  });
  await writeCompressed(path.join(documents, 'changelog.gz'), changelog);
  await writeFile(path.join(documents, 'copyright'), await copyright(release.root));
  await writeCompressed(path.join(documents, 'LICENSES.gz'), await thirdPartyLicenses(release.root));
  await copyFile(path.join(release.root, 'README.md'), path.join(documents, 'README.md'));
  await cp(path.join(release.root, 'docs'), path.join(documents, 'docs'), { recursive: true });

  for (const section of ['man7', 'man8']) {
    const directory = path.join(tree, 'usr/share/man', section);
    for (const name of await readdir(directory)) {
      const page = path.join(directory, name);
      await writeCompressed(`${page}.gz`, await readFile(page, 'utf8'));
      await rm(page);
    }
  }

  const overrides = path.join(tree, 'usr/share/lintian/overrides');
  await mkdir(overrides, { recursive: true });
  await copyFile(path.join(import.meta.dirname, 'debian/lintian-overrides'), path.join(overrides, productName));
}

/** As `gzip -9n` would: without name and time. */
async function writeCompressed(file: string, text: string): Promise<void> {
  await writeFile(file, await promisify(gzip)(text, { level: 9 }));
}

/** debian/copyright, with the license's own words. */
async function copyright(root: string): Promise<string> {
  const [, holder = '', ...paragraphs] = (await readFile(path.join(root, 'LICENSE'), 'utf8')).trim().split('\n\n');
  const template = await readFile(path.join(import.meta.dirname, 'debian/copyright'), 'utf8');
  const license = paragraphs.join('\n\n').replace(/^$/gm, '.').replace(/^/gm, ' ');
  return template.replace('@HOLDER@', holder.replace(/^Copyright \(c\) /, '')).replace('@LICENSE@', license);
}
