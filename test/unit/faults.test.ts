import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verbNames } from '#src/verbs.ts';
import { anyCall, type HostileCall, mayWork } from '../faults/hostile/environments.ts';
import { pointsOf } from '../faults/verbs/points.ts';
import { scenarios } from '../faults/verbs/scenarios.ts';

test('a verb is killed before each change, around the start of each process, and at its end', () => {
  const trace = `execve("/usr/share/x", ["x"], 0x7f /* 1 var */) = 0
openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3
clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 7
write(5, "\\1\\0\\0\\0\\0\\0\\0\\0", 8) = 8
openat(AT_FDCWD, "/run/x.new", O_WRONLY|O_CREAT|O_EXCL, 0600) = 4
write(4, "text", 4)                     = 4
--- SIGCHLD {si_signo=SIGCHLD} ---
rename("/run/x.new", "/run/x")          = 0
clone(child_stack=NULL, flags=SIGCHLD)  = 99
close(9)                                = 0
rename("/run/y.new", "/run/y")          = 0
exit_group(0)                           = ?
`;
  expect(pointsOf(trace).map(({ systemCall, count }) => `${systemCall} ${count}`)).toEqual([
    'openat 2',
    'write 2',
    'rename 1',
    'clone 1',
    'close 1',
    'rename 2',
    'exit_group 1',
  ]);
});

test('every verb is killed', () => {
  expect(new Set(scenarios.map(({ call }) => call.verb))).toEqual(new Set(verbNames));
});

test('the hostile calls are of every verb, and some of each could work', () => {
  const calls = fc.sample(anyCall, { numRuns: 5000, seed: 1 });
  for (const verb of verbNames) {
    const ofVerb = calls.filter((call) => call.verb === verb);
    expect(ofVerb.filter(mayWork).length, verb).toBeGreaterThan(5);
    expect(ofVerb.filter((call) => !mayWork(call)).length, verb).toBeGreaterThan(verb === 'verify' ? -1 : 100);
  }
});

test.each<[string, Omit<HostileCall, 'args'>, boolean]>([
  ['a create as Ganeti makes it', { verb: 'create', environment: { VOL_NAME: 'a', VOL_SIZE: '8' } }, true],
  ['one without a size', { verb: 'create', environment: { VOL_NAME: 'a' } }, false],
  ['one whose name leaves the directory', { verb: 'create', environment: { VOL_NAME: '../a', VOL_SIZE: '8' } }, false],
  ['a grow to nothing', { verb: 'grow', environment: { VOL_NAME: 'a', VOL_NEW_SIZE: '0' } }, false],
  ['a snapshot onto itself', { verb: 'snapshot', environment: { VOL_NAME: 'a', VOL_SNAPSHOT_NAME: 'a' } }, false],
])('%s', (_, call, works) => {
  expect(mayWork({ args: [], ...call })).toBe(works);
});
