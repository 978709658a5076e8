import { existsSync } from 'node:fs';
import { type VerbName, verbNames } from '../../verbs.ts';
import { newPattern } from '../block-device.ts';
import type { Context } from '../context.ts';
import { Deviation, done, must, refused, refusedFor } from '../deviation.ts';
import type { Group } from '../rule.ts';
import { advised } from './sources.ts';

const source = 'the verbs run as root, and a variable may be wrong';
const hostile = true;
const verbsOfDisks = verbNames.filter((verb) => verb !== 'verify');

/** Values Ganeti never gives. Only on request: a provider that takes any name could delete what is not its own. */
export const hostileValues: Group = {
  name: 'hostile',
  rules: [
    advised({
      name: 'names',
      sentence: 'every verb refuses a VOL_NAME that could be a path, an option or a command',
      source,
      hostile,
      check: (context) =>
        besideADisk(context, async (name) => {
          const values = { VOL_SIZE: '8', VOL_NEW_SIZE: '16', VOL_METADATA: 'a', VOL_SNAPSHOT_NAME: 'x' };
          for (const verb of offered(context))
            for (const bad of hostileNames(name, context.scratch))
              await refusedFor(context.call(verb, { ...values, VOL_NAME: bad }), 'VOL_NAME', bad);
        }),
    }),
    advised({
      name: 'copy-names',
      sentence: 'snapshot refuses a VOL_SNAPSHOT_NAME that could be a path, an option or a command',
      source,
      needs: ['snapshot'],
      hostile,
      check: (context) =>
        besideADisk(context, async (name) => {
          for (const bad of [...hostileNames(name, context.scratch), name])
            await refusedFor(
              context.call('snapshot', { VOL_NAME: name, VOL_SNAPSHOT_NAME: bad }),
              'VOL_SNAPSHOT_NAME',
              bad,
            );
        }),
    }),
    advised({
      name: 'no-name',
      sentence: 'every verb fails without VOL_NAME and says which variable is missing',
      source,
      hostile,
      check: (context) =>
        besideADisk(context, async () => {
          for (const verb of offered(context)) {
            const { said } = await refused(context.call(verb, {}, { output: 'pipes' }), 'without VOL_NAME');
            must(said.includes('VOL_NAME'), `${verb} without VOL_NAME does not name it: ${said}`);
          }
        }),
    }),
    advised({
      name: 'texts',
      sentence: 'setinfo refuses a text that Ganeti cannot send',
      source,
      hostile,
      check: (context) =>
        besideADisk(context, async (VOL_NAME) => {
          for (const text of ['x'.repeat(129), 'a b', 'a\nb', 'a/b', 'ä', '$(id)', '{"a":1}'])
            await refusedFor(context.call('setinfo', { VOL_NAME, VOL_METADATA: text }), 'VOL_METADATA', text);
        }),
    }),
    advised({
      name: 'modes',
      sentence: 'open takes only True and False, as Python writes them',
      source,
      needs: ['open'],
      hostile,
      check: (context) =>
        besideADisk(context, async (VOL_NAME) => {
          for (const word of ['', 'true', '1', 'yes'])
            await refusedFor(context.call('open', { VOL_NAME, VOL_OPEN_EXCLUSIVE: word }), 'VOL_OPEN_EXCLUSIVE', word);
        }),
    }),
  ],
};

/** Does something beside a disk with data that must come through it. */
async function besideADisk(context: Context, action: (name: string) => Promise<void>): Promise<void> {
  const { ledger, newDevice, device, write, expectData, expectSize, run, size, scratch } = context;
  const disk = ledger.disk();
  const pattern = newPattern(1);
  await write(await newDevice(disk), pattern);
  await done(run.detach(disk));
  await action(disk.name);
  if (existsSync(`${scratch}/executed`)) throw new Deviation('a command in a value was executed');
  const again = await device(disk);
  await expectSize('a disk beside all this', again, size);
  await expectData('the data of a disk beside all this', again, pattern);
}

function offered({ provider }: Context): readonly VerbName[] {
  return verbsOfDisks.filter((verb) => provider.verbs.includes(verb));
}

function hostileNames(name: string, scratch: string): readonly string[] {
  const paths = ['', '.', '..', '/etc/passwd', `../${name}`, `x/../${name}`, `./${name}`, `${name}/`, `${name}/disk`];
  const blanks = [` ${name}`, `${name}\n`, 'a b', 'a\nb'];
  const commands = [`$(touch ${scratch}/executed)`, `\`touch ${scratch}/executed\``, `;touch ${scratch}/executed`];
  const others = ['-rf', '--help', '.hidden', '*', 'a,b=c', 'a%sb', 'ä', 'x'.repeat(256), 'x'.repeat(5000)];
  return [...paths, ...blanks, ...commands, ...others];
}
