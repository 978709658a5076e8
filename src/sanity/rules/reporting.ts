import type { Context } from '../context.ts';
import { done, must, refused, refusedFor, shownLines } from '../deviation.ts';
import { identity, newDisk } from '../disk.ts';
import type { Outcome } from '../outcome.ts';
import { parseAttach } from '../outcome.ts';
import type { Group } from '../rule.ts';
import { advised, ganetiDoes } from './sources.ts';

const source = ganetiDoes('_ExtStorageAction');

/** Failures, and what is said of them to the operator. */
export const reporting: Group = {
  name: 'reporting',
  rules: [
    advised({
      name: 'status',
      sentence: 'attach of a disk that does not exist exits with another status than 0',
      source: `${source}: only a status is logged`,
      check: async ({ run, ledger }) => {
        await refused(run.attach(ledger.disk()), 'for a disk that does not exist');
      },
    }),
    advised({
      name: 'reason',
      sentence: `a verb that fails says why, in at most ${shownLines} lines: Ganeti shows no more`,
      source,
      check: async (context) => {
        for (const { verb, said } of await failures(context)) {
          const lines = said.trimEnd().split('\n');
          must(said.trim() !== '', `${verb} failed and said nothing on standard error`);
          must(lines.length <= shownLines, `${verb} failed with ${lines.length} lines`);
        }
      },
    }),
    advised({
      name: 'sentence',
      sentence: 'a verb that fails says so in words, without a stack trace',
      source: 'an operator reads it',
      check: async (context) => {
        for (const { verb, said } of await failures(context))
          must(
            !/Traceback \(most recent|^\s+at .*:\d+|: line \d+: /m.test(said),
            `${verb} shows its own code: ${said}`,
          );
      },
    }),
    advised({
      name: 'no-reply',
      sentence: 'attach that fails prints nothing where the device would be',
      source,
      check: async ({ run, ledger }) => {
        const { stdout } = await run.attach(ledger.disk());
        must(stdout === '', `attach failed and printed ${JSON.stringify(stdout)}`);
      },
    }),
    advised({
      name: 'create-sizes',
      sentence: 'create refuses a size that is no positive whole number, and makes nothing',
      source: 'a mistake is told before anything is done',
      check: async ({ call, run, ledger }) => {
        const disk = ledger.disk();
        for (const size of badSizes) {
          await refusedFor(call('create', { ...identity(disk), VOL_SIZE: size }), 'VOL_SIZE', size);
          const { exitCode, stdout } = await run.attach(disk);
          must(exitCode !== 0 || parseAttach(stdout) === undefined, `create with VOL_SIZE=${size} left a disk`);
        }
      },
    }),
    advised({
      name: 'grow-sizes',
      sentence: 'grow refuses a size that is no positive whole number, and changes nothing',
      source: 'a mistake is told before anything is done',
      check: async ({ call, run, device, expectSize, ledger, size }) => {
        const disk = ledger.disk();
        await done(run.create(disk, size));
        const variables = { ...identity(disk), VOL_SIZE: String(size) };
        for (const bad of badSizes)
          await refusedFor(call('grow', { ...variables, VOL_NEW_SIZE: bad }), 'VOL_NEW_SIZE', bad);
        await expectSize('a disk that was not to grow', await device(disk), size);
      },
    }),
  ],
};

const badSizes = ['', '0', '-1', '+8', '1.5', '1e3', '0x10', '8M', 'abc', '9'.repeat(17)];

/** What verbs say of a disk that does not exist. That they fail is another rule. */
async function failures({ run, size }: Context): Promise<readonly Outcome[]> {
  const disk = newDisk();
  const outcomes = [await run.attach(disk), await run.grow(disk, size, 2 * size)];
  return outcomes.filter(({ exitCode }) => exitCode !== 0);
}
