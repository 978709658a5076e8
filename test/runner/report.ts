import path from 'node:path';

/** What a step counted. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** A file of tests and how many seconds it took. */
export interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

/** A test that failed, as FILE > NAME, and the beginning of what it said. */
export interface FailedTest {
  readonly test: string;
  readonly said: string;
}

/** What came of a step. */
export type Result = Count & { readonly files: readonly FileTime[]; readonly failures: readonly FailedTest[] };

interface Report {
  readonly numPassedTests?: number;
  readonly numFailedTests?: number;
  readonly numPendingTests?: number;
  readonly numTodoTests?: number;
  readonly testResults?: readonly FileReport[];
}

interface FileReport {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  /** Why the file itself did not run. */
  readonly message: string;
  readonly assertionResults: readonly TestReport[];
}

interface TestReport {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

const mostLines = 40;

/** How a test begins its message that was not tried, as one before it failed: it says nothing of its own. */
export const notTried = 'not tried, because this failed before: ';

/**
 * What vitest's JSON report says, with paths below `root`. A run that failed without a failed test (a file that does
 * not load, no tests) is one more.
 */
export function resultOf(exitCode: number, report: string, root: string): Result {
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numPendingTests = 0,
    numTodoTests = 0,
    testResults = [],
  } = parseReport(report);
  const unaccounted = exitCode !== 0 && numFailedTests === 0 ? 1 : 0;
  const fileOf = ({ name }: FileReport): string => path.relative(root, name);
  return {
    passed: numPassedTests,
    failed: numFailedTests + unaccounted,
    skipped: numPendingTests + numTodoTests,
    files: testResults.map((file) => ({ file: fileOf(file), seconds: (file.endTime - file.startTime) / 1000 })),
    failures: testResults.flatMap((file) =>
      failuresIn(file).map((failed) => ({ ...failed, test: `${fileOf(file)}${failed.test}` })),
    ),
  };
}

function parseReport(report: string): Report {
  return JSON.parse(report);
}

function failuresIn({ message, assertionResults }: FileReport): readonly FailedTest[] {
  const failed = assertionResults.filter(({ status }) => status === 'failed');
  const tests = failed.map(({ fullName, failureMessages }) => ({
    test: ` > ${fullName.trim()}`,
    said: beginningOf((failureMessages ?? []).join('\n')),
  }));
  if (tests.length === 0 && message !== '') return [{ test: '', said: beginningOf(message) }];
  const tried = tests.filter(({ said }) => !said.startsWith(`Error: ${notTried}`));
  const rest = tests.length - tried.length;
  return rest === 0 ? tests : [...tried, { test: '', said: `${rest} more not tried` }];
}

function beginningOf(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => !/^ +at .*\/node_modules\//.test(line));
  return [...lines.slice(0, mostLines), ...(lines.length > mostLines ? ['...'] : [])].join('\n');
}
