import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachedHere, built, expectedReply, imageName, startServer } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

const attach = `env -i VOL_NAME=${imageName} ${built}/attach`;

test.each([
  ['an empty environment', attach],
  ['a read-only working directory', `mount -o remount,ro /mnt; cd /mnt; ${attach}`],
  ['a working directory that is gone', `mkdir /mnt/gone; cd /mnt/gone; rmdir /mnt/gone; ${attach}`],
  ['no standard input', `${attach} <&-`],
  ['no standard input and no standard error', `${attach} <&- 2>&-`],
  [
    'no writable /tmp',
    `for at in /tmp /var/tmp /dev/shm; do mount --bind $at $at; mount -o remount,bind,ro $at; done; ${attach}`,
  ],
  ['umask 077', `umask 077; ${attach}`],
  ['umask 022', `umask 022; ${attach}`],
  ['few open files', `ulimit -n 64; ${attach}`],
  ['another locale', `env -i LC_ALL=tr_TR.UTF-8 TZ=nonsense VOL_NAME=${imageName} ${built}/attach`],
])('attach works with %s', async (_, script) => {
  const { exitCode, stdout, stderr } = await attachedHere(server.port, script);
  expect(stderr).toBe('');
  expect(stdout).toMatch(expectedReply(server.port));
  expect(exitCode).toBe(0);
});

test('attach works without any standard descriptor', async () => {
  const { exitCode } = await attachedHere(server.port, `${attach} <&- >&- 2>&-`);
  expect(exitCode).toBe(0);
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
