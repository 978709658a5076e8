import { styleText } from 'node:util';
import { secondsSince } from '../../build/seconds.ts';
import type { Lab } from './lab.ts';
import { mustRun } from './process.ts';

const minute = 60_000;

/** Builds what a demonstration installs. */
export async function buildProvider(): Promise<void> {
  process.stdout.write(await mustRun(['npm', 'run', '--silent', 'build'], { timeLimit: 10 * minute }));
}

/** Shows a command of the administrator on the master: what it printed, and what that proves. */
export async function show(lab: Lab, what: string, argv: readonly string[], proves: string): Promise<void> {
  await showAs(lab, what, argv.join(' '), argv, proves);
}

/** The same, for a command that bash is to read. */
export async function showInBash(lab: Lab, what: string, command: string, proves: string): Promise<void> {
  await showAs(lab, what, command, ['bash', '-c', command], proves);
}

async function showAs(lab: Lab, what: string, typed: string, argv: readonly string[], proves: string): Promise<void> {
  title(what);
  console.log(styleText('cyan', `node1# ${typed}`));
  const start = performance.now();
  const { stdout, stderr } = await lab.master.exec(argv, { timeLimit: 15 * minute });
  process.stdout.write(stderr + stdout);
  console.log(styleText('dim', `(${secondsSince(start)})`));
  prove(proves);
}

/** Begins a step. */
export function title(text: string): void {
  console.log(`\n${styleText('bold', `== ${text}`)}`);
}

/** Shows what a guest said. */
export function quote(name: string, lines: readonly string[]): void {
  for (const line of lines) console.log(styleText('yellow', `${name} says: ${line}`));
}

/** Says what was seen. */
export function prove(text: string): void {
  console.log(styleText('green', `-> ${text}`));
}
