import { chmod, copyFile, mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import { mustRun } from '../exec.ts';
import { checksumLine } from './checksums.ts';
import { controlFile } from './control.ts';
import { addDocuments } from './documents.ts';
import { debianVersion, type Made, packingEnvironment, productName, type Release } from './release.ts';

const debianArchitecture = { x64: 'amd64', arm64: 'arm64' } as const;
const sources = path.join(import.meta.dirname, 'debian');

/** Makes the Debian package. What is where in it, install.sh decides. */
export async function makeDebianPackage(release: Release, work: string, output: string): Promise<Made> {
  const tree = path.join(work, 'debian');
  const env = packingEnvironment();
  await mustRun(['sh', path.join(release.root, 'install.sh'), '--from', release.built, '--destdir', tree], { env });
  // Not of the package, because it has to stay for other providers: postinst makes it.
  await rm(path.join(tree, 'var'), { recursive: true });
  await addDocuments(release, tree, packageFile.author);
  await writeControl(release, tree);
  await setTimes(tree, release.date);

  const name = `${productName}_${debianVersion(release.version)}_${debianArchitecture[release.architecture]}.deb`;
  const file = path.join(output, name);
  await mustRun(['dpkg-deb', '--root-owner-group', '-Zxz', `-z${release.level}`, '--build', tree, file], {
    env: packingEnvironment(release.date),
  });
  return { name, bytes: (await stat(file)).size };
}

async function writeControl(release: Release, tree: string): Promise<void> {
  const files = await filesOf(tree);
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(tree, file))).size));
  const sums = await Promise.all(files.map((file) => checksumLine(tree, file, 'md5')));
  const configuration = files.filter((file) => file.startsWith('etc/'));

  const directory = path.join(tree, 'DEBIAN');
  await mkdir(directory, { mode: 0o755 });
  const write = (name: string, text: string): Promise<void> => writeFile(path.join(directory, name), text);
  await write(
    'control',
    controlFile({
      version: debianVersion(release.version),
      architecture: debianArchitecture[release.architecture],
      maintainer: packageFile.author,
      bytes: sizes.reduce((sum, size) => sum + size, 0),
    }),
  );
  await write('md5sums', sums.filter((_, index) => !files[index]?.startsWith('etc/')).join(''));
  await write('conffiles', configuration.map((file) => `/${file}\n`).join(''));
  for (const script of ['postinst', 'prerm', 'postrm']) {
    await copyFile(path.join(sources, script), path.join(directory, script));
    await chmod(path.join(directory, script), 0o755);
  }
}

/** The regular files below a directory, relative, sorted. */
async function filesOf(tree: string): Promise<readonly string[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.relative(tree, path.join(entry.parentPath, entry.name))).sort();
}

/** dpkg-deb dates back only what is newer than it should be. */
async function setTimes(tree: string, date: Date): Promise<void> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) await utimes(path.join(entry.parentPath, entry.name), date, date);
  }
  const touch = ['-exec', 'touch', '-h', '-d', date.toISOString(), '{}', '+'];
  await mustRun(['find', tree, '-type', 'l', ...touch], { env: packingEnvironment() });
  await utimes(tree, date, date);
}
