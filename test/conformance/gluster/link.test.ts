import { describe, expect, test } from 'vitest';
import { shell } from '../support/lab.ts';
import { attach, type Disk, done, identity, newDisk, run } from '../support/verbs.ts';
import { configure, holdOpen } from './support/faults.ts';
import { killAt } from './support/interruptions.ts';
import { everything, gntGluster, imageFile, imagesDirectory, useGlusterLedger } from './support/storage.ts';
import { mountRoot, volumes } from './support/volumes.ts';

const ledger = useGlusterLedger();
const root = `${mountRoot}/${volumes.main}`;

/** A file of Ganeti's template gluster on the volume, of 200 MiB: more than one shard, with something near its end. */
async function native(script = ''): Promise<void> {
  ledger.later(() => shell('rm -rf "$1"/ganeti', root));
  const file =
    'truncate -s 200M uuid.0; printf data | dd of=uuid.0 bs=1M seek=199 conv=notrunc status=none; chmod 755 uuid.0';
  await shell(`mkdir -p "$1/ganeti"; cd "$1/ganeti"; ${file}; ${script}`, root);
}

const linked = (): Disk => ledger.add(newDisk({ link: 'ganeti/uuid.0' }));
const nearItsEnd = (path: string): Promise<string> =>
  shell('dd if="$1" bs=1M skip=199 count=1 status=none | head -c 4', path);

describe('a disk with link=FILE', () => {
  test('is that file, without a copy; removed, it leaves the file as it is', async () => {
    const disk = linked();
    await native();
    const inode = await shell('stat -c %i "$1"/ganeti/uuid.0', root);
    await done(run.create(disk, 200));
    expect(await shell('stat -c %i "$1"', imageFile(disk.name))).toBe(inode);
    await done(run.create(disk, 200));
    const { device } = await attach(disk);
    expect(await nearItsEnd(device)).toBe('data');
    await shell('printf more | dd of="$1" bs=1M seek=199 oflag=sync conv=notrunc status=none', device);
    await done(run.detach(disk));
    await done(run.remove(disk));
    expect(await shell('stat -c "%i %h %s" "$1"/ganeti/uuid.0', root)).toBe(`${inode.trim()} 1 209715200\n`);
    expect(await nearItsEnd(`${root}/ganeti/uuid.0`)).toBe('more');
  });

  test('keeps its data when the name it had goes, and grows', async () => {
    const disk = linked();
    await native();
    await done(run.create(disk, 200));
    await shell('rm "$1"/ganeti/uuid.0', root);
    await done(run.grow(disk, 200, 201));
    expect(await nearItsEnd((await attach(disk)).device)).toBe('data');
    expect(await shell('stat -c "%h %s" "$1"', imageFile(disk.name))).toBe('1 210763776\n');
  });

  test('is made whole by the next call, killed at any step, and the file is whole all the time', async () => {
    await native();
    for (const step of ['link', 'chmod', 'rename'])
      for (let count = 1; ; count += 1) {
        const disk = ledger.disk({ link: 'ganeti/uuid.0' });
        const killed = await killAt(step, count, 'create', { ...identity(disk), VOL_SIZE: '200' }, disk.parameters);
        expect(await nearItsEnd(`${root}/ganeti/uuid.0`), `${step} ${count}`).toBe('data');
        await done(run.create(disk, 200));
        expect(await shell('stat -c %h "$1"', imageFile(disk.name)), `${step} ${count}`).toBe('2\n');
        await done(run.remove(disk));
        expect(await shell('stat -c %h "$1"/ganeti/uuid.0', root), `${step} ${count}`).toBe('1\n');
        if (!killed) break;
      }
  });

  test.each([
    ['has another size', '', 201, 3, /209715200 bytes/],
    ['is no whole MiB', 'truncate -s 3000000 uuid.0', 200, 3, /no whole MiB/],
    ['is not there', 'rm uuid.0', 200, 4, /there is no ganeti\/uuid.0/],
    ['is a link', 'mv uuid.0 real; ln -s real uuid.0', 200, 3, /not a regular file/],
    ['has another name already', 'ln uuid.0 other', 200, 3, /2 hard links/],
    ['is a qcow2 file', 'rm uuid.0; qemu-img create -q -f qcow2 uuid.0 64M; truncate -s 200M uuid.0', 200, 3, /qcow2/],
  ])('is not made when the file %s', async (_, script, mebibytes, exitCode, reason) => {
    const disk = newDisk({ link: 'ganeti/uuid.0' });
    await native(script);
    const before = await shell('find "$1"/ganeti -printf "%p %y %s %m %n\\n" | sort', root);
    const images = await everything();
    const outcome = await run.create(disk, mebibytes);
    expect(outcome.exitCode, outcome.said).toBe(exitCode);
    expect(outcome.said).toMatch(reason);
    expect(await shell('find "$1"/ganeti -printf "%p %y %s %m %n\\n" | sort', root)).toBe(before);
    expect(await everything()).toBe(images);
  });

  test('is not made of a file that is in use, nor of one that is on two volumes', async () => {
    const disk = linked();
    await native();
    const { end } = await holdOpen(ledger, `${root}/ganeti/uuid.0`);
    expect(await run.create(disk, 200)).toMatchObject({ exitCode: 6, said: expect.stringMatching(/in use by/) });
    await end();
    await configure(ledger, `[pool.default]\nvolumes = ["${volumes.main}", "${volumes.second}"]\n`);
    const other = `${mountRoot}/${volumes.second}/ganeti`;
    ledger.later(() => shell('rm -rf "$1"', other));
    await shell('mkdir "$1"; truncate -s 200M "$1"/uuid.0', other);
    expect(await run.create(disk, 200)).toMatchObject({ exitCode: 3, said: expect.stringMatching(/volume=/) });
    await done(run.create({ ...disk, parameters: { ...disk.parameters, volume: volumes.main } }, 200));
  });

  test('is not made while a QEMU of another node has the file, nor is the file adopted', async () => {
    const disk = linked();
    await native();
    // What a client of another node locks is seen as such a lock; and nobody of this node has the file open.
    const lock = 'import fcntl,struct,sys; fcntl.fcntl(3, 37, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 100, 200, 0))';
    ledger.later(() => shell('umount -l /tmp/elsewhere 2>/dev/null || true; rmdir /tmp/elsewhere'));
    await shell('mkdir /tmp/elsewhere; mount -t glusterfs localhost:/"$1" /tmp/elsewhere', volumes.main);
    // Another name for the same file hides it from the look at this node's processes.
    await shell('mkdir -p "$1"/other; ln "$1"/ganeti/uuid.0 "$1"/other/name', root);
    ledger.later(() => shell('rm -rf "$1"/other', root));
    const pid = (
      await shell(
        'exec 3<>/tmp/elsewhere/other/name; python3 -c "$1"; rm /tmp/elsewhere/other/name; sleep 300 >/dev/null 2>&1 </dev/null & echo $!',
        lock,
      )
    ).trim();
    ledger.later(() => shell('kill -KILL "$1" 2>/dev/null || true', pid));
    expect(await run.create(disk, 200)).toMatchObject({ exitCode: 6, said: expect.stringMatching(/another node/) });
    expect((await gntGluster(['image', 'adopt', 'ganeti/uuid.0', newDisk().name])).exitCode).toBe(6);
    await shell('kill -KILL "$1"', pid);
    await done(run.create(disk, 200));
    expect(await shell('ls "$1"', imagesDirectory())).toContain(disk.name);
  });

  test('is no clone', async () => {
    const disk = newDisk({ link: 'ganeti/uuid.0', clone: 'another.ext.disk0' });
    expect((await run.create(disk, 200)).exitCode).toBeGreaterThan(2);
  });

  test.each(['../x', 'a/../../b', '/', 'a b', ''])('is not made of %j', async (link) => {
    expect(await run.create(newDisk({ link }), 200)).toMatchObject({ exitCode: 3 });
  });
});
