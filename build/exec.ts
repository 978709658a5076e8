import { execa } from 'execa';
import { Failure } from '#src/errors.ts';
import { commandFailed } from '#src/exec.ts';

/** How a command of the build is run. */
export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment of the command; that of the build unless told. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
}

/**
 * Runs a command that must succeed and returns its standard output. Throws a Failure of kind failed with what it said,
 * of kind environment when it is not installed. Unlike src/exec.ts it has the environment of who builds: npm and git
 * want that.
 */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [command = '', ...args] = argv;
  const result = await execa(command, args, {
    ...options,
    extendEnv: options.env === undefined,
    stdin: 'ignore',
    stripFinalNewline: false,
    maxBuffer: 64 * 1024 * 1024,
    reject: false,
  });
  const { exitCode, signal, timedOut, isMaxBuffer: endless, stdout, stderr } = result;
  if (result.code === 'ENOENT') throw new Failure('environment', `${command} is not installed`);
  if (exitCode !== 0) throw commandFailed({ argv, exitCode, signal, timedOut, endless, stdout, stderr });
  return stdout;
}
