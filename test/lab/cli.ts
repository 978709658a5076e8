import { spawn } from 'node:child_process';
import { exitStatus, Failure } from '#src/errors.ts';
import { print } from '#src/reply.ts';
import { type CommandLine, type Given, runCommandLine } from '../../build/command-line.ts';
import { secondsSince } from '../../build/seconds.ts';
import { down, open, up } from './lab.ts';
import { cacheDirectory } from './layout.ts';
import { commandInside } from './node.ts';
import { machineEnvironment } from './process.ts';
import { labStatus, printStatus } from './status.ts';
import { defaultSuite, type Suite, suiteNamed } from './suites.ts';

const options = {
  name: { value: 'NAME', meaning: 'one of several labs: lab unless told' },
  nodes: { value: 'N', meaning: 'up: how many nodes it has; 3 unless told' },
  'no-ganeti': { meaning: 'up: nodes with Gluster only' },
  suite: { value: 'SUITE', meaning: 'up: bookworm is Debian 12 with Ganeti 3.0, trixie is Debian 13 with Ganeti 3.1' },
  json: { meaning: 'status: as JSON' },
} as const;

const line: CommandLine<typeof options> = {
  program: 'lab',
  usage: 'npm run lab -- COMMAND [OPTION...]',
  help: 'npm run lab -- --help',
  options,
  operands: true,
  about: `A real cluster on this machine: Ganeti and GlusterFS nodes in namespaces. Nothing leaves the machine.

  npm run lab -- up                          start it, or repair it; it stays up until down
  npm run lab -- exec node1 -- COMMAND ...   run a command on a node, for example bash
  npm run lab -- status                      show what runs
  npm run lab -- down                        remove all of it

A suite that is not the machine's own is made at its first use, from the machine's Debian mirror, and kept for all labs
in ${cacheDirectory}/bases: a minute or two, and 800 MB.

Instances: inst1.lab to inst40.lab have the addresses 10.99.1.1 to 10.99.1.40. The guest writes and checks numbered
records and tells its serial console; the OS definition is called dummy+default.`,
};

async function runLab(given: Given<typeof options>, operands: readonly string[]): Promise<number> {
  const { name = 'lab', nodes = '3', suite = defaultSuite } = given;
  const [command, node, ...argv] = operands;
  switch (command) {
    case 'up':
      return await bringUp(name, Number(nodes), !given['no-ganeti'], suiteNamed(suite));
    case 'down':
      await down(name);
      return say(`the lab "${name}" is gone\n`);
    case 'exec':
      return await execute(name, node, argv);
    case 'status':
      return say(printStatus(labStatus(), given.json));
    default:
      throw new Failure('usage', 'say up, exec, status or down');
  }
}

async function bringUp(name: string, nodes: number, ganeti: boolean, suite: Suite): Promise<number> {
  const before = open(name);
  const start = performance.now();
  const lab = await up({ name, nodes, ganeti, suite, progress: (line) => say(`${line}\n`) });
  if (before !== undefined) return say(`the lab "${name}" already runs\n`);
  return say(
    `the lab "${lab.name}" is up after ${secondsSince(start)}; next: npm run lab -- exec node1 -- gnt-node list\n`,
  );
}

/** Hands the terminal to the command. */
async function execute(name: string, node: string | undefined, argv: readonly string[]): Promise<number> {
  const lab = open(name);
  if (lab === undefined) throw new Failure('missing', `there is no lab "${name}"; start it with up`);
  const pid = lab.nodes.find((candidate) => candidate.name === node)?.pid;
  if (pid === undefined) throw new Failure('missing', `the lab "${name}" has no running node "${node ?? ''}"`);
  if (argv.length === 0) throw new Failure('usage', 'say what to run: exec node1 -- COMMAND');
  const env = {
    HOME: '/root',
    LANG: 'C.UTF-8',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    TERM: process.env.TERM ?? 'dumb',
  };
  const [program = '', ...args] = commandInside(pid, argv, { env, cwd: '/root' });
  const child = spawn(program, args, { stdio: 'inherit', env: machineEnvironment() });
  // Ctrl-C is the command's business; it is in our process group.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined);
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      resolve(code ?? (signal === null ? exitStatus.failed : 137));
    });
  });
}

function say(text: string): number {
  print(text);
  return 0;
}

await runCommandLine(line, runLab);
