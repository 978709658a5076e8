import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/expectations.ts';
import { node, shell } from '../support/lab.ts';
import { providerDirectory } from '../support/provider.ts';
import { attachedNew, type Disk, done, run } from '../support/verbs.ts';
import { gntGluster, imageInfo, imagesDirectory, useGlusterLedger } from './support/storage.ts';

const ledger = useGlusterLedger();

/** Nothing of this takes long: what hangs, hangs for ever. */
const timeLimit = 20_000;

/** Each puts something where the file or directory $1 should be, which may be there. */
const damages = {
  'a directory': 'mkdir "$1"',
  'a FIFO': 'mkfifo "$1"',
  'a symbolic link': 'ln -s /etc/passwd "$1"',
  'a device': 'mknod "$1" c 1 5',
  'larger than 64 KiB': 'truncate -s 3G "$1"',
  'not a JSON object': 'echo "{" >"$1"',
} as const;

async function damage(disk: Disk, entry: string, script: string): Promise<void> {
  const path = `${imagesDirectory()}/${disk.name}/${entry}`;
  // Only an empty file may be in its place when the test is over: the disk is removed then.
  ledger.later(() => shell('rm -rf "$1"', path));
  await shell(`rm -rf "$1"; ${script}`, path);
}

const namesIn = (json: unknown): readonly string[] =>
  (json as readonly { readonly name?: string; readonly image?: string }[]).map(
    ({ name, image }) => name ?? image ?? '',
  );

describe.each(Object.entries(damages))('an image.json that is %s', (what, script) => {
  test('is named, hides no other image, and its image is used and removed as ever', async () => {
    const [disk, other] = [ledger.disk(), ledger.disk()];
    for (const one of [disk, other]) await done(run.create(one, 8));
    await done(run.setinfo(other, 'good'));
    await damage(disk, 'image.json', script);
    const listed = await gntGluster(['image', 'list'], timeLimit);
    expect(listed).toMatchObject({ exitCode: 1, said: expect.stringContaining(`of image ${disk.name} `) });
    expect(listed.said).toContain(`is ${what}`);
    expect(listed.said).not.toMatch(/internal error|^ {4}at /m);
    expect(namesIn(listed.json).toSorted()).toEqual([disk.name, other.name].sort());
    expect(listed.json).toContainEqual(
      expect.objectContaining({ name: disk.name, size: 8 << 20, info: null, damage: expect.stringContaining(what) }),
    );
    expect(listed.json).toContainEqual(expect.objectContaining({ name: other.name, info: 'good', damage: null }));
    expect(await gntGluster(['lease', 'list'], timeLimit)).toMatchObject({ exitCode: 0 });
    expect(await gntGluster(['image', 'info', disk.name], timeLimit)).toMatchObject({
      exitCode: 1,
      json: { size: 8 << 20 },
    });
    await done(run.attach(disk, { timeLimit }));
    await done(run.open(disk, true, { timeLimit }));
    expectRefusal(await run.create({ ...disk, uuid: other.uuid }, 8, { timeLimit }), 5);
    const setinfo = await run.setinfo(disk, 'anew', { timeLimit });
    if (what === 'a directory') expectRefusal(setinfo, 5, /image\.json is a directory/, /^hint: /m);
    else {
      expect(setinfo.exitCode, setinfo.said).toBe(0);
      expect(await imageInfo(disk.name)).toMatchObject({ info: 'anew', damage: null });
    }
    await done(run.detach(disk, { timeLimit }));
    await done(run.remove(disk, { timeLimit }));
  });
});

describe.each([
  ['a file', 'echo >"$1"'],
  ['a FIFO', 'mkfifo "$1"'],
  ['a symbolic link', 'ln -s . "$1"'],
])('a lease that is %s', (what, script) => {
  test('is named, hides no other lease, and nobody opens or removes its image before it is mended', async () => {
    const [disk, other] = [ledger.disk(), ledger.disk()];
    const device = await attachedNew(disk, 8);
    await attachedNew(other, 8);
    await done(run.open(other));
    await damage(disk, 'lease', script);
    const listed = await gntGluster(['lease', 'list'], timeLimit);
    expect(listed).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining(`who has image ${disk.name} is unknown`),
    });
    expect(listed.said).toContain(what);
    expect(namesIn(listed.json)).toEqual([other.name]);
    const images = await gntGluster(['image', 'list'], timeLimit);
    expect(images.exitCode).toBe(1);
    expect(images.json).toContainEqual(expect.objectContaining({ name: disk.name, leases: null }));
    expect(images.json).toContainEqual(expect.objectContaining({ name: other.name, damage: null }));
    for (const outcome of [await run.open(disk), await run.close(disk)])
      expectRefusal(outcome, 5, /who has image .* is unknown/, /^hint: .*lease break/m);
    // The device goes; that the lease stays as it is, is said.
    expect((await done(run.detach(disk))).said).toMatch(/stays leased to this node: who has image/);
    expect(await shell('losetup --noheadings --list "$1" || true', device)).not.toContain(disk.name);
    expectRefusal(await run.remove(disk), 5, /who has image/);
    expect(await gntGluster(['lease', 'break', disk.name, '--dry-run'])).toMatchObject({ exitCode: 0 });
    expect((await gntGluster(['lease', 'list', disk.name])).exitCode).toBe(1);
    expect(await gntGluster(['lease', 'break', disk.name])).toMatchObject({ exitCode: 0 });
    await done(run.attach(disk));
    await done(run.open(disk));
    await done(run.detach(disk));
  });
});

describe.each([
  ['a directory without a disk', 'mkdir "$1"'],
  ['a file', 'echo >"$1"'],
  ['a disk that is a FIFO', 'mkdir "$1"; mkfifo "$1/disk"'],
])('%s among the images', (_, script) => {
  test('is named and hides none', async () => {
    const disk = ledger.disk();
    await done(run.create(disk, 8));
    const path = `${imagesDirectory()}/odd`;
    ledger.later(() => shell('rm -rf "$1"', path));
    await shell(script, path);
    for (const command of ['image', 'lease']) {
      const listed = await gntGluster([command, 'list'], timeLimit);
      expect(listed.exitCode).toBe(1);
      expect(listed.said).toMatch(/odd on volume ganeti is not an image\nhint: /);
    }
    expect(namesIn((await gntGluster(['image', 'list'])).json)).toEqual([disk.name]);
    expect((await gntGluster(['image', 'info', 'odd'])).exitCode).toBe(5);
    expect((await gntGluster(['image', 'info', disk.name])).exitCode).toBe(0);
  });
});

test('what stands in an image.json does nothing to a terminal', async () => {
  const disk = ledger.disk();
  await done(run.create(disk, 8));
  const wild = '{"info":"a\\u001b[2J\\u009b31m\\nb\\u202ec\\u007f","created":"\\u001b]0;x\\u0007"}';
  await shell('printf "%s" "$2" >"$1"', `${imagesDirectory()}/${disk.name}/image.json`, wild);
  for (const args of [
    ['image', 'list'],
    ['image', 'info', disk.name],
    ['image', 'list', '--json'],
  ]) {
    const { stdout } = await node().exec([`${providerDirectory}/gnt-gluster`, ...args]);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(stdout).toContain('a\\u001b[2J\\u009b31m\\nb\\u202ec\\u007f');
  }
});

test('a list that nobody reads ends quietly', async () => {
  const piped = '{ sleep 0.2; "$1" image list; echo "status $?" >&2; } | true';
  const { stderr } = await node().exec(['sh', '-c', piped, 'sh', `${providerDirectory}/gnt-gluster`]);
  expect(stderr.trim()).toBe('status 141');
});
