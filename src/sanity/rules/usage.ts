import type { Context } from '../context.ts';
import { done, must, refused } from '../deviation.ts';
import { identity } from '../disk.ts';
import type { Group } from '../rule.ts';
import { advised, interfaceSays } from './sources.ts';

const common = interfaceSays('Common behaviour');

/**
 * What verbs do with arguments. All get good variables with the name of a disk that does not exist, in case they ignore
 * these.
 */
export const usage: Group = {
  name: 'usage',
  rules: [
    advised({
      name: 'help',
      sentence: 'every verb explains itself when called with -h or --help',
      source: common,
      check: async (context) => {
        const given = variables(context);
        for (const verb of context.provider.verbs)
          for (const option of ['-h', '--help']) {
            const { stdout, said } = await done(context.call(verb, given, { args: [option], output: 'pipes' }));
            must(/usage/i.test(`${stdout}${said}`), `${verb} ${option} shows no usage`);
          }
      },
    }),
    advised({
      name: 'arguments',
      sentence: 'every verb refuses an argument it does not know and shows its usage',
      source: common,
      check: async (context) => {
        const given = variables(context);
        for (const verb of context.provider.verbs) {
          const outcome = await context.call(verb, given, { args: ['stray'], output: 'pipes' });
          await refused(outcome, 'although it got the argument "stray"');
          must(/usage/i.test(`${outcome.stdout}${outcome.said}`), `${verb} stray shows no usage`);
        }
      },
    }),
    advised({
      name: 'verify',
      sentence: 'verify finds nothing wrong',
      source: interfaceSays('verify'),
      check: async ({ call }) => {
        await done(call('verify', {}));
      },
    }),
  ],
};

function variables({ ledger, size }: Context): Readonly<Record<string, string>> {
  const disk = ledger.disk();
  const sizes = { VOL_SIZE: String(size), VOL_NEW_SIZE: String(2 * size), VOL_SNAPSHOT_SIZE: String(size) };
  const words = { VOL_METADATA: 'text', VOL_OPEN_EXCLUSIVE: 'True', VOL_SNAPSHOT_NAME: ledger.copyOf(disk).name };
  return { ...identity(disk), ...sizes, ...words };
}
