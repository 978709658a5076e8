import { type CommandLine, runCommandLine } from '../../build/command-line.ts';
import { machineOptions } from '../e2e/support/guests.ts';
import { commandsOf } from '../e2e/support/readme.ts';
import { addSlot } from './bricks.ts';
import { type Console, watchConsole } from './console.ts';
import { installProvider } from './install.ts';
import { down, type Lab, up } from './lab.ts';
import { instance } from './layout.ts';
import { buildProvider, prove, quote, show, showInBash, title } from './show.ts';

const labName = 'pool';
const inst = instance(1);
const minute = 60_000;
const slotMebibytes = 3000;

const line: CommandLine<Record<never, never>> = {
  program: 'demo',
  usage: 'npm run demo -- pool',
  help: 'npm run demo -- pool --help',
  options: {},
  about: `Starts a cluster of four nodes, "${labName}", whose glusterds know nothing of each other, in place of an earlier one. Three of the
nodes become a pool by the commands of docs/pool.md. The fourth one joins it while a guest writes. The cluster stays up:
npm run lab -- --name ${labName} down takes it down.`,
};

/** Shows how a pool is made, and how it grows by one node. */
export async function demoPool(argv: readonly string[]): Promise<void> {
  await runCommandLine(line, demo, argv);
}

async function demo(): Promise<number> {
  title('Build the provider, and start four nodes with Ganeti, whose glusterds are alone');
  await buildProvider();
  await down(labName);
  const progress = (text: string): void => console.log(text);
  const lab = await up({ name: labName, nodes: 4, ganeti: true, peers: false, progress });
  await installProvider(lab);
  await giveDisks(lab);
  console.log('Each node has three disks with XFS, at /srv/gluster/1 to 3');
  const guest = watchConsole(lab, inst.name);
  try {
    await tour(lab, guest);
  } finally {
    guest.close();
  }
  title('Look around');
  console.log(`  npm run lab -- --name ${labName} exec node1 -- gnt-gluster pool slots
  npm run lab -- --name ${labName} exec node1 -- gnt-gluster pool verify

Take it down, with everything it made:
  npm run lab -- --name ${labName} down`);
  return 0;
}

async function giveDisks(lab: Lab): Promise<void> {
  for (const node of lab.nodes) for (const disk of ['1', '2', '3']) await addSlot(node, disk, slotMebibytes);
}

async function tour(lab: Lab, guest: Console): Promise<void> {
  const [plan = '', init = '', status = '', enable = '', add = '', join = ''] = commandsOf('docs/pool.md');
  await showInBash(lab, 'What would three nodes become?', plan, 'Every command is shown, and nothing is changed.');
  await showInBash(lab, 'Make the pool', init, 'The glusterds are peers, and there are three volumes of three copies.');
  await showInBash(lab, 'How is it?', status, 'All copies are there.');
  await showInBash(lab, 'Let instances use it', enable, 'That is all: no node was configured.');
  const small = add.replace('size=10G', 'size=1G').replace('debootstrap', 'dummy').replace('.example.com', '.lab');
  await showInBash(
    lab,
    'Make an instance',
    small.replace(` ${inst.name}`, ` ${machineOptions(1)} ${inst.name}`),
    'The provider found the volume with the most free space.',
  );
  await writing(guest);
  const last = guest.lastRecord();
  await showInBash(
    lab,
    'A fourth node joins while the guest writes',
    join,
    'Two bricks moved to it, and what became free makes one volume more.',
  );
  await writing(guest);
  prove(`The guest wrote all the time: ${guest.lastRecord() - last} records meanwhile, and no error.`);
  await show(lab, 'How is the pool now?', ['gnt-gluster', 'pool', 'status'], 'One volume more, with all copies.');
  await show(lab, 'Are all copies the same?', ['gnt-gluster', 'pool', 'verify'], 'The bricks have the same files.');
}

async function writing(guest: Console): Promise<void> {
  await guest.waitForRecords(50, 4 * minute);
  quote(inst.name, guest.lines.slice(-1));
  const [failure] = guest.failures();
  if (failure !== undefined) throw new Error(`the guest complains: ${failure}`);
}
