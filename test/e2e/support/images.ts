import { devicesOfNode } from '../../lab/loops.ts';
import { look } from './commands.ts';
import { lab } from './lab.ts';

/** What `gnt-gluster image list --json` tells of an image, as far as these tests look at it. */
export interface ListedImage {
  readonly name: string;
  readonly pool: string;
  readonly volume: string;
  readonly size: number;
  readonly info: string | null;
  readonly leases: readonly { readonly node: string; readonly mode: string }[];
}

/** All images, as the master sees them. */
export async function images(): Promise<readonly ListedImage[]> {
  const { stdout } = await lab().master.exec(['gnt-gluster', 'image', 'list', '--json'], { timeLimit: 60_000 });
  return JSON.parse(stdout) as readonly ListedImage[];
}

/** The names of an instance's images, disk 0 first. */
export async function imagesOf(instance: string): Promise<readonly string[]> {
  const { stdout } = await lab().master.exec(['gnt-instance', 'info', instance], { timeLimit: 60_000 });
  return [...stdout.matchAll(/logical_id: \['gluster', '([^']+)'\]/g)].map((match) => match[1] ?? '');
}

/** Where an image is in use: which nodes have a lease of it and how, and on which it is a block device. */
export async function usageOf(name: string): Promise<{ readonly leases: string; readonly attached: string }> {
  const listed = (await images()).find((image) => image.name === name);
  const leases = listed?.leases.map(({ node, mode }) => `${node} ${mode}`).join(', ') ?? 'no such image';
  const attached: string[] = [];
  // Asked of the kernel, which does not know what the provider believes.
  for (const node of lab().nodes) {
    const devices = node.pid === undefined ? [] : await devicesOfNode(node.pid);
    attached.push(...devices.filter(({ file }) => file.endsWith(`/${name}/disk`)).map(() => node.fqdn));
  }
  return { leases, attached: attached.join(', ') };
}

/** What lies on all volumes, as the bricks have it: the directories of images, and everything in .work. */
export async function stored(): Promise<readonly string[]> {
  const script = `for directory in /bricks/*/brick/*/; do
      [ ! -d "$directory" ] || find "$directory" -path '*/.work/*' -print -o -type f -printf '%h\\n' -o -type d -empty -print
    done`;
  const found = await Promise.all(
    lab().nodes.map(async (node) => (node.pid === undefined ? [] : await look(node, script))),
  );
  const directories = found
    .flat()
    .map((path) => path.replace(/^\/bricks\/([^/]+)\/brick/, '$1').replace(/\/lease$/, ''));
  return [...new Set(directories)].filter((directory) => !/\/\.(?:work|nodes|trash)$/.test(directory)).sort();
}
