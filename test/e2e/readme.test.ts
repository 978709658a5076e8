import { expect } from 'vitest';
import { projectDirectory } from '../lab/layout.ts';
import { mustRun } from '../lab/process.ts';
import { suites } from '../lab/suites.ts';
import { refused, run } from './support/commands.ts';
import { guest, machineOptions, writes } from './support/guests.ts';
import { lab } from './support/lab.ts';
import { commandsOf } from './support/readme.ts';
import { lastStep, step } from './support/steps.ts';

/**
 * What is done with the commands that begin like this. Who adds a command to README.md has to say here how it is run.
 */
const rules: readonly { readonly pattern: RegExp; readonly execute: (command: string) => Promise<void> }[] = [
  { pattern: /^npm (?:run )?([a-z:]+)(?: --.*)?$/, execute: checkScript },
  { pattern: /^\.\/install\.sh$/, execute: onEveryNode },
  { pattern: /^gnt-instance add /, execute: addInstance },
  { pattern: /^gnt-instance remove /, execute: (command) => onMaster(command) },
  { pattern: /^gnt-(?:instance|backup) .* ?inst1\.example\.com/, execute: withGuest },
  { pattern: /^gnt-(?:storage|cluster|gluster) /, execute: (command) => onMaster(command) },
  { pattern: /^cp \/usr\/share\/doc\/\S+ \/etc\/ganeti\/gluster\.toml$/, execute: copyConfiguration },
];

const inst1 = guest(1);
const commands = commandsOf('README.md');

step('README.md has commands', async () => {
  expect(commands.length).toBeGreaterThan(15);
});

for (const command of commands) {
  step(`README.md: ${command}`, async () => {
    const rule = rules.find(({ pattern }) => pattern.test(command));
    if (rule === undefined) throw new Error(`no rule in this file says how to run this command of README.md`);
    await rule.execute(command);
  });
}

lastStep();

async function checkScript(command: string): Promise<void> {
  const [, script = ''] = /^npm (?:run )?(\S+)/.exec(command) ?? [];
  // What it does takes this very test, or as long: it starts, finds all that it is made of, and says how it is called.
  const argv = ['npm', 'run', '--silent', '--prefix', projectDirectory, script, '--', '--help'];
  const stdout = await mustRun(argv, { timeLimit: 120_000 });
  expect(stdout).toMatch(new RegExp(`^usage: npm (run )?${script}( |\\n)`));
}

async function onEveryNode(command: string): Promise<void> {
  for (const node of lab().nodes) await run(command.replace('./', `${projectDirectory}/`), node);
}

async function onMaster(command: string): Promise<void> {
  await run(toLab(command));
}

/** The lab's names instead of those in README.md, and smaller disks. */
function toLab(command: string): string {
  const smaller = command.replaceAll(/\bsize=\d+G/g, 'size=1G').replace(/ 1G$/, ' 128M');
  return smaller.replaceAll('.example.com', '.lab');
}

async function addInstance(command: string): Promise<void> {
  expect(command).toMatch(/ -o debootstrap\+default .* inst1\.example\.com$/);
  const words = command.replace('debootstrap+default', 'dummy+default').split(' ');
  await onMaster([...words.slice(0, -1), machineOptions(1), ...words.slice(-1)].join(' '));
  await writes(inst1);
}

/** Whatever the guide does with the instance: its guest goes on afterwards, or is started again. */
async function withGuest(command: string): Promise<void> {
  // README.md says so, too.
  if (command.startsWith('gnt-backup export') && !suites[lab().suite].exports) await refused(toLab(command));
  else await onMaster(command);
  await writes(inst1, 25);
}

/** The example names servers that nobody has: an administrator edits it, so do we. */
async function copyConfiguration(command: string): Promise<void> {
  await run(command);
  await run('sed -i s/gluster\\([1-3]\\).example.com/node\\1.lab/g /etc/ganeti/gluster.toml');
}
