import { expect, test } from 'vitest';
import { look, run } from './support/commands.ts';
import { type Guest, guest, machineOptions, restartedBy, writes } from './support/guests.ts';
import { images } from './support/images.ts';
import { lab } from './support/lab.ts';
import { commandsOf, prepareTemplates, sections, takeTemplatesBack } from './support/moving.ts';
import { timed } from './support/progress.ts';
import { lastStep, step } from './support/steps.ts';

const inst1 = guest(1);
const inst2 = guest(2);
const typed = new Set<string>();

step('the templates of docs/moving.md are enabled', async () => {
  await prepareTemplates();
  await type('What to know before', inst1);
});

step('an instance runs on a file', async () => {
  await restartedBy(inst1, () => add(1, '-t file --disk 0:size=128M'));
});

for (const [section, template] of [
  ['From file', 'ext'],
  ['To sharedfile', 'sharedfile'],
  ['From sharedfile', 'ext'],
  ['To file', 'file'],
] as const) {
  step(`${section}: the guest finds all its records`, async () => {
    await type(section, inst1);
    expect(await templateOf(inst1)).toBe(template);
    expect(await images()).toHaveLength(template === 'ext' ? 1 : 0);
  });
}

step('an instance runs on the template gluster', async () => {
  await run(`gnt-instance remove -f --shutdown-timeout=0 ${inst1.name}`);
  await restartedBy(inst2, () => add(2, '-t gluster --disk 0:size=1G'));
});

step('From gluster: its file is the image, and the guest finds all its records', async () => {
  const inode = await inodeOf('ganeti/*.0');
  await type('From gluster', inst2);
  expect(await inodeOf('images/*/disk')).toBe(inode);
  expect(await templateOf(inst2)).toBe('ext');
});

step('Undo: what it wrote meanwhile is in the file', async () => {
  await type('Undo', inst2);
  expect(await templateOf(inst2)).toBe('gluster');
  expect(await images()).toEqual([]);
});

step('once more, and Finish: the image has all, and the file is gone', async () => {
  await type('From gluster', inst2);
  await type('Finish', inst2);
  expect(await look(lab().master, 'ls /bricks/ganeti/brick/ganeti')).toEqual([]);
  expect(await images()).toMatchObject([{ size: 1024 ** 3 }]);
});

step('To gluster: the guest finds all its records', async () => {
  await type('To gluster', inst2);
  expect(await templateOf(inst2)).toBe('gluster');
});

step('every section of docs/moving.md was typed', async () => {
  expect(sections.filter((section) => !typed.has(section))).toEqual([]);
});

test('what the templates needed is taken back', takeTemplatesBack);

lastStep();

/** Types all a section shows. A guest that is started finds every record it wrote before. */
async function type(section: string, inst: Guest): Promise<void> {
  typed.add(section);
  for (const command of commandsOf(section)) {
    if (!command.startsWith('gnt-instance startup')) await onMaster(command);
    else {
      const last = inst.console.lastRecord();
      const { records } = await restartedBy(inst, () => onMaster(command));
      expect(records).toBeGreaterThanOrEqual(last);
      await writes(inst, 25);
    }
  }
}

/** In a shell, as an administrator has one. */
async function onMaster(command: string): Promise<void> {
  await timed(`node1# ${command}`, () => lab().master.exec(['sh', '-c', command], { timeLimit: 5 * 60_000 }));
}

async function add(number: number, disk: string): Promise<void> {
  const name = guest(number).name;
  await run(`gnt-instance add ${disk} -o dummy+default -n node1.lab ${machineOptions(number)} ${name}`);
}

async function templateOf({ name }: Guest): Promise<string> {
  return (await look(lab().master, `gnt-instance list --no-headers -o disk_template ${name}`)).join();
}

/** Of a file on the volume, on the first brick: the same for all names of a file. */
async function inodeOf(path: string): Promise<string> {
  return (await look(lab().master, `stat -c %i /bricks/ganeti/brick/${path}`)).join();
}
