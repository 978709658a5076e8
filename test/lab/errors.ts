/** A failure the reader of stderr can do something about: one sentence and an exit code of the project's table. */
export class LabError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = 'LabError';
    this.exitCode = exitCode;
  }
}

export const exitCodes = { usage: 2, missing: 4, differs: 5, busy: 6, environment: 9, failed: 10 } as const;
