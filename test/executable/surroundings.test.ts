import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachedHere, built, expectedReply, imageName, startServer } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

const attach = `env -i VOL_NAME=${imageName} ${built}/attach`;
/** It lacks what it is to store, and says so. */
const setinfo = `env -i VOL_NAME=${imageName} ${built}/setinfo`;
const complaint = /^setinfo: the request has a problem\n {2}- VOL_METADATA is not set\nhint: setinfo --help$/m;

/** Where a verb may find itself: a script that calls it there. */
const surroundings: Readonly<Record<string, (verb: string) => string>> = {
  'an empty environment': (verb) => verb,
  'a read-only working directory': (verb) => `mount -o remount,ro /mnt; cd /mnt; ${verb}`,
  'a working directory that is gone': (verb) => `mkdir /mnt/gone; cd /mnt/gone; rmdir /mnt/gone; ${verb}`,
  'no standard input': (verb) => `${verb} <&-`,
  'no standard input and no standard output': (verb) => `${verb} 3>&1 <&- >&-`,
  'no writable /tmp': (verb) =>
    `for at in /tmp /var/tmp /dev/shm; do mount --bind $at $at; mount -o remount,bind,ro $at; done; ${verb}`,
  'umask 077': (verb) => `umask 077; ${verb}`,
  'umask 022': (verb) => `umask 022; ${verb}`,
  'few open files': (verb) => `ulimit -n 64; ${verb}`,
  'a foreign time zone': (verb) => verb.replace('env -i', 'env -i TZ=nonsense'),
  'another PATH': (verb) => verb.replace('env -i', 'env -i PATH=/nowhere'),
};

test.each(Object.entries(surroundings))('attach works with %s', async (_, within) => {
  const { exitCode, stdout, stderr } = await attachedHere(server.port, within(attach));
  expect(stderr).toBe('');
  expect(stdout).toMatch(within(attach).includes('>&-') ? /^$/ : expectedReply(server.port));
  expect(exitCode).toBe(0);
});

test.each(Object.entries(surroundings))(
  'a verb that a script has done says what is wrong with %s',
  async (_, within) => {
    const { exitCode, stdout, stderr } = await attachedHere(server.port, within(setinfo));
    // bash itself may add a line in front.
    expect(stderr).toMatch(complaint);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  },
);

test('a verb does not run what the environment would have bash run', async () => {
  const evil = `echo 'echo evil' >/mnt/evil; ${setinfo.replace('env -i', "env -i BASH_ENV=/mnt/evil ENV=/mnt/evil SHELLOPTS=xtrace 'BASH_FUNC_read%%=() { echo evil; }'")}`;
  const { exitCode, stdout, stderr } = await attachedHere(server.port, evil);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
  expect(stderr).toMatch(complaint);
  expect(stderr).not.toMatch(/evil|\+ /);
});

test.each(['attach', 'setinfo'])('%s ends with its own status without any standard descriptor', async (verb) => {
  const script = verb === 'attach' ? attach : setinfo;
  const { exitCode } = await attachedHere(server.port, `${script} <&- >&- 2>&-`);
  expect(exitCode).toBe(verb === 'attach' ? 0 : 3);
});

test('every verb and gnt-gluster show their help with nothing at all', async () => {
  const script = `
for name in create attach detach remove grow setinfo verify snapshot open close gnt-gluster; do
  (cd / && exec env -i ${built}/$name --help <&-) | head -n 1
done`;
  const { stdout, stderr } = await attachedHere(server.port, script);
  expect(stderr).toBe('');
  expect(stdout.split('\n').map((line) => line.split(' ')[1])).toEqual(
    'create attach detach remove grow setinfo verify snapshot open close gnt-gluster'.split(' '),
  );
});

test('a verb that an upgrade overtakes does its work with the file that it was started from', async () => {
  const script = `
cp ${built}/ganeti-extstorage-gluster /mnt/program
exec 3</mnt/program
rm /mnt/program
readlink /proc/self/fd/3
env -i VOL_NAME=x EXTP_POOL=somewhere bash --norc -c 'exec -a verify /proc/self/fd/3 parameters'`;
  const { exitCode, stdout, stderr } = await attachedHere(server.port, script);
  expect(stdout).toMatch(/^\/mnt\/program \(deleted\)$/m);
  expect(stderr).toBe('');
  expect(stdout).toContain('pool=somewhere');
  expect(exitCode).toBe(0);
});
