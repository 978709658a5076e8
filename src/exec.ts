import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { errnoOf, Failure } from './errors.ts';
import { mountsDirectory } from './run-directory.ts';

export interface CommandResult {
  readonly argv: readonly string[];
  /** undefined when it did not end by itself. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  /** It was ended because it printed without end. */
  readonly endless: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Milliseconds after which the command is killed, and given up even where it cannot die (state D). */
  readonly timeLimit?: number;
  /** An open descriptor that becomes the command's descriptor 3. */
  readonly descriptor?: number;
  /** Its output goes to this file, not to a pipe: a daemon it leaves behind must not hold a pipe of ours. */
  readonly outputFile?: string;
  /** What it reads on its standard input; nothing unless told. */
  readonly input?: string;
  /** A signal that a terminal sends to this process is not sent to the command. */
  readonly ownGroup?: boolean;
  /** The command is killed when this process ends in any way: for work that nobody would wait for any more. */
  readonly diesWithUs?: boolean;
}

/** Where commands are looked for, first match first. */
export const toolDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Ganeti's node daemon hands down whatever environment it had; commands get this one and nothing else. */
const commandEnvironment = {
  PATH: toolDirectories.join(':'),
  LC_ALL: 'C',
  HOME: '/root',
};

const usualTimeLimit = 60_000;
const mostOutput = 16 * 1024 * 1024;

/** The Debian package of each tool that this project runs. */
const packageOfTool: Readonly<Record<string, string>> = {
  'apt-cache': 'apt',
  blockdev: 'util-linux',
  dd: 'coreutils',
  flock: 'util-linux',
  getfattr: 'attr',
  gluster: 'glusterfs-server',
  glusterd: 'glusterfs-server',
  glusterfs: 'glusterfs-client',
  'gnt-cluster': 'ganeti',
  'gnt-instance': 'ganeti',
  losetup: 'util-linux',
  lsblk: 'util-linux',
  mkfifo: 'coreutils',
  'mkfs.xfs': 'xfsprogs',
  mount: 'mount',
  'mount.glusterfs': 'glusterfs-client',
  'qemu-img': 'qemu-utils',
  'qemu-io': 'qemu-utils',
  setpriv: 'util-linux',
  ssh: 'openssh-client',
  stat: 'coreutils',
  umount: 'util-linux',
  wipefs: 'util-linux',
};

/** Runs a command without a shell and reports how it ended. Throws only when it cannot be started at all. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [file = '', ...args] = options.diesWithUs === true ? ['setpriv', '--pdeathsig', 'KILL', ...argv] : argv;
  const { execa } = await import('execa');
  const timeLimit = options.timeLimit ?? usualTimeLimit;
  const outputFile = options.outputFile === undefined ? undefined : openSync(options.outputFile, 'w', 0o600);
  const output = outputFile === undefined ? 'pipe' : inherited(outputFile);
  const input = options.input === undefined ? 'ignore' : 'pipe';
  try {
    const child = execa(file, args, {
      env: commandEnvironment,
      extendEnv: false,
      cwd: '/',
      stdio: [input, output, output, ...(options.descriptor === undefined ? [] : [inherited(options.descriptor)])],
      ...(options.input === undefined ? {} : { input: options.input }),
      detached: options.ownGroup === true,
      reject: false,
      maxBuffer: mostOutput,
      forceKillAfterDelay: false,
      timeout: timeLimit,
      killSignal: 'SIGKILL',
    });
    const ended = await Promise.race([child, afterTimeLimit(timeLimit + 1000)]);
    if (ended === undefined)
      return { argv, exitCode: undefined, signal: undefined, timedOut: true, endless: false, stdout: '', stderr: '' };
    const notStarted = ended.code === 'ENOENT' || ended.code === 'EACCES';
    // 127 is what setpriv exits with when it finds no such command.
    if (notStarted || (options.diesWithUs === true && ended.exitCode === 127)) throw toolMissing(argv[0] ?? '');
    const stdout = options.outputFile === undefined ? text(ended.stdout) : readFileSync(options.outputFile, 'utf8');
    return {
      argv,
      exitCode: ended.exitCode,
      signal: ended.signal,
      timedOut: ended.timedOut,
      endless: ended.isMaxBuffer,
      stdout,
      stderr: text(ended.stderr),
    };
  } finally {
    if (outputFile !== undefined) closeSync(outputFile);
    if (options.outputFile !== undefined) rmSync(options.outputFile, { force: true });
  }
}

/**
 * Runs a command of which only the exit status matters, with nothing to read or write; undefined when it did not end by
 * itself within the time limit. Throws only when the command cannot be started at all.
 */
export async function exitStatusOf(argv: readonly string[], options: PlainOptions = {}): Promise<number | undefined> {
  return (await runPlain(argv, { ...options, output: 'ignore' })).exitCode;
}

type PlainOptions = Pick<CommandOptions, 'timeLimit' | 'descriptor'>;

/**
 * The same as run, for a command that prints a few lines and leaves nothing behind. It loads no library: flock, stat
 * and losetup run in almost every verb, and loading execa takes longer than they do.
 */
export async function runPlain(
  argv: readonly string[],
  {
    timeLimit = usualTimeLimit,
    descriptor,
    output = 'pipe',
  }: PlainOptions & { readonly output?: 'pipe' | 'ignore' } = {},
): Promise<CommandResult> {
  const { spawn } = await import('node:child_process');
  const [file = '', ...args] = argv;
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const textOf = (name: keyof typeof chunks): string => Buffer.concat(chunks[name]).toString().trimEnd();
  return await new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: commandEnvironment,
      cwd: '/',
      stdio: ['ignore', output, output, ...(descriptor === undefined ? [] : [descriptor])],
    });
    child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
    const end = (exitCode: number | null, signal: string | null, timedOut = false): void => {
      clearTimeout(timer);
      const [stdout, stderr] = [textOf('stdout'), textOf('stderr')];
      const ended = { exitCode: exitCode ?? undefined, signal: signal ?? undefined };
      resolve({ argv, ...ended, timedOut, endless: false, stdout, stderr });
    };
    // One that sleeps in the kernel does not die of this, so nobody waits until it is dead.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      child.stdout?.destroy();
      child.stderr?.destroy();
      end(null, null, true);
    }, timeLimit);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(errnoOf(error) === 'ENOENT' || errnoOf(error) === 'EACCES' ? toolMissing(file) : error);
    });
    child.once('close', (exitCode, signal) => end(exitCode, signal));
  });
}

/** A process that does the work of this one. */
export interface Worker {
  readonly pid: number;
  /** Its exit status, 128 and the number of the signal that ended it, and all it wrote to standard output. */
  readonly ended: Promise<{ readonly status: number; readonly stdout: Buffer }>;
}

/**
 * Starts a process that dies when this one ends in any way. It has the working directory of this process, an
 * environment of its own and nothing to read. What it writes to standard error is passed on as it comes, by `said`. It
 * has no descriptor of this process: nobody waits for it who waits for this process. Throws a Failure when it cannot be
 * started.
 */
export async function startWorker(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  said: (chunk: Buffer) => void,
): Promise<Worker> {
  const { spawn } = await import('node:child_process');
  // Looked for here, because the PATH of that environment is the caller's.
  const setpriv = toolDirectories.map((directory) => `${directory}/setpriv`).find((file) => existsSync(file));
  if (setpriv === undefined) throw toolMissing('setpriv');
  const child = spawn(setpriv, ['--pdeathsig', 'KILL', '--', ...argv], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', said);
  const ended = new Promise<{ status: number; stdout: Buffer }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const status = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const end = (): void => resolve({ status, stdout: Buffer.concat(chunks) });
      child.once('close', end);
      // A process that it left behind may have its outputs, for ever.
      setTimeout(end, 1000).unref();
    });
  });
  if (child.pid === undefined) throw await ended.then(() => toolMissing('setpriv'));
  return { pid: child.pid, ended };
}

/** Runs a command that must succeed and returns its standard output. Throws a Failure of kind failed otherwise. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.exitCode !== 0) throw commandFailed(result);
  return result.stdout;
}

/** The Failure that shows a command and what it said. Out of space is told apart, whichever command met it. */
export function commandFailed(result: CommandResult, sentence?: string): Failure {
  const output = `${result.stdout}${result.stderr}`;
  const full = /no space left on device|disk quota exceeded/i.test(output);
  const [name = ''] = result.argv;
  const onVolume = result.argv.some((argument) => argument.includes(`${mountsDirectory}/`));
  const whatFailed = full ? `no space left${onVolume ? ' on the volume' : ''}` : `${name} failed`;
  return new Failure(full ? 'full' : 'failed', sentence ?? whatFailed, {
    command: { argv: result.argv, outcome: outcomeOf(result), output },
  });
}

/** A descriptor of ours for the command to have. execa takes any number, but its types end at 9. */
function inherited(descriptor: number): 3 {
  return descriptor as 3;
}

function outcomeOf(result: CommandResult): string {
  if (result.timedOut) return 'gave no answer within its time limit';
  if (result.endless) return 'printed without end';
  if (result.signal !== undefined) return `killed by ${result.signal}`;
  return `exit status ${result.exitCode}`;
}

function toolMissing(tool: string): Failure {
  const name = packageOfTool[tool];
  const hint = name === undefined ? {} : { hint: `apt-get install ${name}` };
  return new Failure('environment', `${tool} is not installed on this node`, hint);
}

function afterTimeLimit(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), milliseconds).unref();
  });
}

function text(output: unknown): string {
  return typeof output === 'string' ? output : '';
}
