import { chmod, copyFile, cp, mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from '../exec.ts';
import { thirdPartyLicenses } from './licenses.ts';
import { type Made, packingEnvironment, productName, type Release, secondsOf } from './release.ts';

const documents = ['install.sh', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** Makes the archive for any Linux: what was built, with install.sh beside it. */
export async function makeArchive(release: Release, work: string, output: string): Promise<Made> {
  const base = `${productName}-${release.version}`;
  const directory = path.join(work, base);
  await mkdir(directory);
  await cp(release.built, directory, { recursive: true, verbatimSymlinks: true });
  for (const name of documents) await copyFile(path.join(release.root, name), path.join(directory, name));
  await cp(path.join(release.root, 'docs'), path.join(directory, 'docs'), { recursive: true });
  await writeFile(path.join(directory, 'LICENSES'), await thirdPartyLicenses(release.root));
  await chmod(path.join(directory, 'install.sh'), 0o755);

  const name = `${base}-linux-${release.architecture}.tar.xz`;
  const file = path.join(output, name);
  // Two threads, however many cores there are: the number decides how xz cuts, and so the bytes.
  const pack = ['--use-compress-program', `xz --threads=2 -${release.level}`, '-cf', file, '-C', work, base];
  const same = ['--sort=name', `--mtime=@${secondsOf(release.date)}`, '--owner=0', '--group=0', '--numeric-owner'];
  await mustRun(['tar', '--format=gnu', ...same, '--mode=u+rw,go=rX', ...pack], { env: packingEnvironment() });
  return { name, bytes: (await stat(file)).size };
}
