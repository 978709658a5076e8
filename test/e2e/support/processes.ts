import { look } from './commands.ts';
import { node } from './lab.ts';
import { timed } from './progress.ts';

/** The processes of Gluster on a node, by their command lines. */
export const processes = {
  brick: '^/usr/sbin/glusterfsd .*--brick-name /bricks/ganeti/',
  client: '^/usr/sbin/glusterfs .*/run/ganeti-gluster/mnt/',
  glusterd: '^(/usr/sbin/)?glusterd',
} as const;

/** Ends processes of a node with SIGKILL; there has to be one. */
export async function killOn(name: string, process: keyof typeof processes): Promise<void> {
  await timed(`the ${process} of ${name} is killed`, () =>
    // The shell has the pattern on its command line, too, though not at its beginning.
    look(node(`${name}.lab`), `kill -KILL $(pgrep -f '${processes[process]}')`),
  );
}
