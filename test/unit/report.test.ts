import { expect, test } from 'vitest';
import { notTried, resultOf } from '../runner/report.ts';

const passed = { fullName: ' a > b', status: 'passed', failureMessages: [] };
const file = {
  name: '/root/test/unit/x.test.ts',
  startTime: 1000,
  endTime: 3500,
  message: '',
  assertionResults: [passed],
};

test('counts, and how long each file took', () => {
  const report = JSON.stringify({ numPassedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults: [file] });
  expect(resultOf(0, report, '/root')).toEqual({
    passed: 1,
    failed: 0,
    skipped: 2,
    files: [{ file: 'test/unit/x.test.ts', seconds: 2.5 }],
    failures: [],
  });
});

test('a failed test is told with its file, and its message is cut', () => {
  const inLibrary = '    at run (file:///root/node_modules/vitest/run.js:1:2)';
  const lines = Array.from({ length: 50 }, (_, line) => `line ${line}`);
  const failed = {
    fullName: 'a > c',
    status: 'failed',
    failureMessages: [lines.toSpliced(1, 0, inLibrary).join('\n')],
  };
  const report = JSON.stringify({
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [{ ...file, assertionResults: [passed, failed] }],
  });
  const { failures } = resultOf(1, report, '/root');
  expect(failures).toEqual([{ test: 'test/unit/x.test.ts > a > c', said: [...lines.slice(0, 40), '...'].join('\n') }]);
});

test('tests that were not tried are told as one line of their file', () => {
  const failed = (fullName: string, message: string) => ({ fullName, status: 'failed', failureMessages: [message] });
  const assertionResults = [
    passed,
    failed('c', 'Error: it broke'),
    failed('d', `Error: ${notTried}c\n    at x`),
    failed('e', `Error: ${notTried}c`),
  ];
  const report = JSON.stringify({ numFailedTests: 3, testResults: [{ ...file, assertionResults }] });
  const result = resultOf(1, report, '/root');
  expect(result.failed).toBe(3);
  expect(result.failures).toEqual([
    { test: 'test/unit/x.test.ts > c', said: 'Error: it broke' },
    { test: 'test/unit/x.test.ts', said: '2 more not tried' },
  ]);
});

test('a file that does not load has failed, and says why', () => {
  const report = JSON.stringify({ testResults: [{ ...file, message: 'no such module', assertionResults: [] }] });
  const { failed, failures } = resultOf(1, report, '/root');
  expect([failed, failures]).toEqual([1, [{ test: 'test/unit/x.test.ts', said: 'no such module' }]]);
});

test('a run without a report has failed', () => {
  expect(resultOf(1, '{}', '/root')).toMatchObject({ passed: 0, failed: 1 });
});
