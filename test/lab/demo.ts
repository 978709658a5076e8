/**
 * `npm run demo`: the main job, or with `pool` how a node joins a pool, shown step by step on a real cluster: each
 * command, what it printed, and what that proves. The cluster and its instance stay up for looking around.
 */
import { Failure } from '#src/errors.ts';
import { type CommandLine, runCommandLine } from '../../build/command-line.ts';
import { watchConsole } from './console.ts';
import { installProvider } from './install.ts';
import { type Lab, up } from './lab.ts';
import { instance } from './layout.ts';
import { buildProvider, prove, quote, show, title } from './show.ts';

const demoInstance = instance(1);
const minute = 60_000;

const line: CommandLine<Record<never, never>> = {
  program: 'demo',
  usage: `npm run demo
npm run demo -- pool     how a node joins a pool, see its own --help`,
  help: 'npm run demo -- --help',
  options: {},
  about: `Builds the provider and starts a cluster of three nodes, "lab", or uses the one that runs. Makes an instance there, and shows
each command, what it printed and what that proves. The cluster stays up: npm run lab -- down takes it down.`,
};

async function demo(): Promise<number> {
  title('Build the provider, and start three nodes with Ganeti and GlusterFS');
  await buildProvider();
  const lab = await up({ name: 'lab', nodes: 3, ganeti: true, progress: (line) => console.log(line) });
  await installProvider(lab);
  console.log('install.sh has put the provider on every node');
  await removeLeftover(lab);

  await show(lab, 'Is the provider there?', ['gnt-storage', 'diagnose'], 'Ganeti finds all its verbs on all nodes.');
  await show(
    lab,
    'Make an instance whose disk is an image on the Gluster volume',
    ['gnt-instance', 'add', ...instanceOptions(), demoInstance.name],
    'create, attach and open ran, the OS script wrote to the disk through its block device.',
  );
  const guest = watchConsole(lab, demoInstance.name);
  try {
    await tour(lab, guest);
  } finally {
    guest.close();
  }
  farewell();
  return 0;
}

type Guest = ReturnType<typeof watchConsole>;

async function tour(lab: Lab, guest: Guest): Promise<void> {
  await startAndMove(lab, guest);
  await growAndRestart(lab, guest);
  await show(
    lab,
    'And from the side of Gluster?',
    ['gluster', 'volume', 'heal', 'ganeti', 'info', 'summary'],
    'Three copies, nothing to heal.',
  );
}

async function startAndMove(lab: Lab, guest: Guest): Promise<void> {
  const { name } = demoInstance;
  await show(lab, 'Start it', ['gnt-instance', 'startup', name], 'QEMU opened the image.');
  await guest.waitForRecords(50, 3 * minute);
  quote(demoInstance.name, guest.lines.slice(-3));
  prove('A guest runs, writes numbered records past every cache, and reads each one back.');

  await show(
    lab,
    'What does the administrator see?',
    ['gnt-gluster', 'image', 'list'],
    'Size, place and owner of every image.',
  );
  await show(
    lab,
    'Move it to another node while it writes',
    ['gnt-instance', 'migrate', '-f', name],
    'Both nodes had the image open for a moment (attach, open and close in the order of a migration).',
  );
  await guest.waitForRecords(50, 2 * minute);
  quote(demoInstance.name, guest.lines.slice(-1));
  prove('It goes on where it was: no record is missing.');
  await show(
    lab,
    'Who has the image open now?',
    ['gnt-gluster', 'image', 'list'],
    'Only the node it moved to; on the old one it is not attached any more.',
  );
}

async function growAndRestart(lab: Lab, guest: Guest): Promise<void> {
  const { name } = demoInstance;
  await show(
    lab,
    'Make the disk larger',
    ['gnt-instance', 'grow-disk', name, '0', '512M'],
    'grow ran on a disk in use.',
  );
  const mark = guest.mark();
  const last = guest.lastRecord();
  await show(
    lab,
    'Restart it',
    ['gnt-instance', 'reboot', '--type=full', '--shutdown-timeout=0', name],
    'detach and attach again, and the new size is there:',
  );
  const found = await guest.waitFor(/^records found (\d+)/, { after: mark, timeLimit: 3 * minute });
  await guest.waitForRecords(25, 2 * minute);
  quote(demoInstance.name, [
    found.text,
    ...guest.lines
      .slice(found.index)
      .filter((line) => line.startsWith('disk vda'))
      .slice(0, 1),
  ]);
  if (guest.failures().length > 0) throw new Failure('failed', `the guest complains: ${guest.failures().join('; ')}`);
  if (Number(found.match[1]) < last) throw new Failure('failed', `only ${found.text} after record ${last}`);
  prove(`Every record is there: the guest had acknowledged ${last} before the restart.`);
}

function instanceOptions(): readonly string[] {
  const disk = ['-t', 'ext', '--disk', '0:size=1G,provider=gluster', '-o', 'dummy+default', '-n', 'node1.lab'];
  const rest = ['--net', `0:ip=${demoInstance.address}`, '-B', 'memory=256M,vcpus=1', '--no-start'];
  return [...disk, ...rest, '--no-name-check', '--no-ip-check'];
}

/** The demo may be run again in the same lab. */
async function removeLeftover(lab: Lab): Promise<void> {
  const { stdout } = await lab.master.exec(['gnt-instance', 'list', '--no-headers', '-o', 'name']);
  if (!stdout.split('\n').includes(demoInstance.name)) return;
  await lab.master.exec(['gnt-instance', 'remove', '-f', '--shutdown-timeout=0', demoInstance.name]);
  console.log(`removed ${demoInstance.name} of an earlier demo`);
}

function farewell(): void {
  title('Look around');
  console.log(`  npm run lab -- exec node1 -- bash
  npm run lab -- exec node1 -- gnt-gluster image info NAME   (a name from: gnt-gluster image list)
  npm run lab -- exec node1 -- gnt-instance info ${demoInstance.name}
  npm run lab -- exec node1 -- gluster volume status ganeti
  npm run demo                       again, in the same cluster

Take it down, with everything it made:
  npm run lab -- down`);
}

async function demoOrHint(): Promise<number> {
  try {
    return await demo();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.kind, error.message, { hint: 'npm run lab -- down, then npm run demo', ...error.details });
  }
}

const [kind, ...rest] = process.argv.slice(2);
if (kind === 'pool') await (await import('./demo-pool.ts')).demoPool(rest);
else await runCommandLine(line, demoOrHint);
