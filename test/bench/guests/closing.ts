import { lab } from '../../e2e/support/lab.ts';
import { say } from '../../e2e/support/progress.ts';
import { volumeName } from '../../lab/lab.ts';

/** For how long an image is open before it is closed. */
export const openSeconds = [0, 2, 4, 6, 8, 10, 12] as const;

/**
 * Opens a file of the volume by libgfapi, keeps it open for `$1` milliseconds, and prints how many went by until it
 * ended.
 */
const script = `start=$(date +%s%N)
qemu-io -f raw -c "sleep $1" "gluster://$2/closing" >/dev/null 2>&1
echo $((($(date +%s%N) - start) / 1000000))`;

/** For every length, how many seconds closing took in each round. */
export async function measureClosing(rounds: number): Promise<ReadonlyMap<number, readonly number[]>> {
  const { master } = lab();
  const volume = `${master.fqdn}/${volumeName}`;
  const make = `mkdir -p /mnt/closing; mount -t glusterfs "$1" /mnt/closing
    truncate -s 1M /mnt/closing/closing; umount /mnt/closing`;
  await master.exec(['sh', '-euc', make, 'sh', `${master.fqdn}:/${volumeName}`]);
  const taken = new Map<number, number[]>(openSeconds.map((open) => [open, []]));
  for (let round = 1; round <= rounds; round += 1) {
    const all = openSeconds.map(async (open) => {
      const argv = ['sh', '-euc', script, 'sh', String(open * 1000), volume];
      const { stdout } = await master.exec(argv, { timeLimit: 120_000 });
      taken.get(open)?.push(Number(stdout) / 1000 - open);
    });
    await Promise.all(all);
    say(`round ${round}: images were closed`);
  }
  return taken;
}
