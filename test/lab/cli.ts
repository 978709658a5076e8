import { spawn } from 'node:child_process';
import yargs from 'yargs-parser';
import { exitStatus, Failure } from '#src/errors.ts';
import { down, open, up } from './lab.ts';
import { cacheDirectory } from './layout.ts';
import { commandInside } from './node.ts';
import { machineEnvironment } from './process.ts';
import { labStatus, printStatus } from './status.ts';
import { defaultSuite, type Suite, suiteNamed } from './suites.ts';

const usage = `A real cluster on this machine: Ganeti and GlusterFS nodes in namespaces. Nothing leaves the machine.

npm run lab -- up [--nodes 3] [--no-ganeti]   start it, or repair it; it stays up until down
                  [--suite bookworm|trixie]   with nodes of Debian 12 (Ganeti 3.0) or 13 (Ganeti 3.1)
npm run lab -- exec node1 -- COMMAND ...      run a command on a node, for example bash
npm run lab -- status [--json]                what runs
npm run lab -- down                           remove all of it

--name NAME   one of several labs: lab unless told
--help        this text

A suite that is not the machine's own is made at its first use, from the machine's Debian mirror, and kept for all labs
in ${cacheDirectory}/bases: a minute or two, and 800 MB.

Instances: inst1.lab to inst40.lab have the addresses 10.99.1.1 to 10.99.1.40. The guest writes and checks numbered
records and tells its serial console; the OS definition is called dummy+default.
`;

async function main(argv: readonly string[]): Promise<number> {
  const options = yargs([...argv], {
    string: ['name', 'suite'],
    number: ['nodes'],
    boolean: ['help', 'json', 'ganeti'],
    default: { name: 'lab', nodes: 3, ganeti: true, suite: defaultSuite },
    configuration: { 'populate--': true, 'camel-case-expansion': false },
  });
  const known = ['_', '--', 'name', 'nodes', 'help', 'json', 'ganeti', 'suite'];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  const [command, ...operands] = options._.map(String);
  const name = String(options.name);
  if (options.help === true) return print(usage);
  if (unknown !== undefined) throw new Failure('usage', `there is no option --${unknown}; see --help`);
  switch (command) {
    case 'up':
      return await bringUp(name, Number(options.nodes), options.ganeti === true, suiteNamed(String(options.suite)));
    case 'down':
      await down(name);
      return print(`the lab "${name}" is gone\n`);
    case 'exec':
      return await execute(name, operands, options['--']?.map(String) ?? []);
    case 'status':
      return print(printStatus(labStatus(), options.json === true));
    default:
      throw new Failure('usage', `say up, exec, status or down; see --help`);
  }
}

async function bringUp(name: string, nodes: number, ganeti: boolean, suite: Suite): Promise<number> {
  const before = open(name);
  const start = performance.now();
  const lab = await up({ name, nodes, ganeti, suite, progress: (line) => print(`${line}\n`) });
  if (before !== undefined) return print(`the lab "${name}" already runs\n`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return print(`the lab "${lab.name}" is up after ${seconds} s; next: npm run lab -- exec node1 -- gnt-node list\n`);
}

/** Hands the terminal to the command. */
async function execute(name: string, operands: readonly string[], after: readonly string[]): Promise<number> {
  const [node, ...rest] = operands;
  const argv = [...rest, ...after];
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

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`lab: ${error.message}\n`);
  process.exitCode = exitStatus[error.kind];
}
