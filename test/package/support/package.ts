import path from 'node:path';
import { execa } from 'execa';
import { labOfCheckout } from '../../lab/checkout.ts';
import { open } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node.ts';
import { type Suite, suiteNames, suites } from '../../lab/suites.ts';

export const name = 'ganeti-extstorage-gluster';
export const root = path.resolve(import.meta.dirname, '../../..');
export const providerDirectory = '/usr/share/ganeti/extstorage/gluster';

/** Below the checkout, because nodes see that under the same path. */
export const work = path.join(root, 'build/out/work/package-test');

/** A copy of the build, so that one during the tests does not change what is tested, nor does a commit. */
export const built = path.join(work, 'built');
export const sourceDate = { SOURCE_DATE_EPOCH: '1767225600' };

/** The release that global-setup.ts makes. */
export const release = path.join(work, 'release');

/** Makes a release. How well it is compressed makes no difference here but in time. */
export async function makeRelease(output: string, ...options: readonly string[]): Promise<void> {
  const script = path.join(root, 'build/package.ts');
  const quick = ['--from', built, '--level', '0', '--output', output];
  await execa(process.execPath, [script, ...quick, ...options], { cwd: '/', env: sourceDate });
}

/** The Debian package of a release. */
export function packageIn(directory: string, version: string): string {
  return path.join(directory, `${name}_${version}_${process.arch === 'x64' ? 'amd64' : process.arch}.deb`);
}

/** The Debian releases the package is for, as `describe.each` wants them. */
export const releases = suiteNames.map((suite) => ({ suite, debian: suites[suite].debian }));

/** global-setup.ts brings up a lab for each suite. */
export function labName(suite: Suite): string {
  return labOfCheckout(`package-${suite}`);
}

/** The node of the suite's lab. */
export function labNode(suite: Suite): LabNode {
  const lab = open(labName(suite));
  if (lab === undefined) throw new Error(`the labs of these tests do not run: run these tests with vitest --project`);
  return lab.master;
}

/** Every path of the node's own file system, but for what other programs write there by themselves. */
export async function filesOf(node: LabNode): Promise<readonly string[]> {
  const places = ['/etc', '/usr', '/opt', '/root', '/var/log/ganeti', '/var/lib/ganeti', '/run/ganeti-gluster'];
  const { stdout } = await node.exec(['find', ...places, '-xdev', '-print'], { reject: false });
  return (
    stdout
      .split('\n')
      .filter((file) => file !== '' && !file.endsWith('/ld.so.cache'))
      // The machine's own shows through, and whoever calls npm there adds a log.
      .filter((file) => !file.startsWith('/root/.npm/'))
      .sort()
  );
}

/** What Ganeti tells a verb of the one image here. */
export const imageEnvironment = {
  LC_ALL: 'C',
  VOL_NAME: '6f1c.ext.disk0',
  EXTP_PROVIDER: 'gluster',
  EXTP_ACCESS: 'kernelspace',
};

/** Runs a verb as Ganeti does, on one image. */
export async function verb(node: LabNode, verbName: string, more: Readonly<Record<string, string>> = {}) {
  return await node.exec([`${providerDirectory}/${verbName}`], {
    env: { ...imageEnvironment, ...more },
    cwd: providerDirectory,
    timeLimit: 60_000,
  });
}

/** What dpkg thinks of the package, such as `installed 0.1.0`. */
export async function statusOf(node: LabNode): Promise<string> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of dpkg-query
  const format = '${db:Status-Status} ${Version}';
  const { stdout } = await node.exec(['dpkg-query', '-W', '-f', format, name], { reject: false });
  return stdout;
}
