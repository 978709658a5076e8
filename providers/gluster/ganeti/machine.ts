import { existsSync } from 'node:fs';
import { Failure } from '#src/errors.ts';
import { ifThereIsRoom, readIfThere, replaceShared } from '#src/files.ts';
import { runDirectory } from '#src/run-directory.ts';

/** systemd's own, and that of a machine with D-Bus and without systemd. */
const machineIdFiles = ['/etc/machine-id', '/var/lib/dbus/machine-id'] as const;

/** `ID HASH`: what a process of this run computed. It is believed for that very ID only. */
const memory = `${runDirectory}/machine`;

/**
 * The hash of this machine's id. To compute it costs 10 ms, nearly all of it for loading OpenSSL, so it is remembered
 * in /run beside the id that it is of. Throws a Failure of kind environment when the node has no machine id.
 */
export function thisMachine(): string {
  const id = machineId();
  const [remembered, hash = ''] = (readIfThere(memory) ?? '').split(' ');
  if (remembered === id && /^[0-9a-f]{12}$/.test(hash)) return hash;
  const computed = hashOfMachine(id);
  if (existsSync(runDirectory)) ifThereIsRoom(() => replaceShared(memory, `${id} ${computed}`));
  return computed;
}

function machineId(): string {
  for (const file of machineIdFiles) {
    const text = readIfThere(file)?.trim() ?? '';
    // systemd writes "uninitialized" into the image of a machine that has not been started yet, machine-id(5).
    if (/^[0-9a-f]{32}$/.test(text) && !/^0+$/.test(text)) return text;
  }
  throw new Failure('environment', `this node has no machine id in ${machineIdFiles[0]}`, {
    hint: 'systemd-machine-id-setup',
  });
}

/**
 * A machine id is not to be told to others, so it is the key of a hash and nothing more, as machine-id(5) asks. 48
 * bits: of a thousand nodes two have the same once in half a billion clusters.
 */
export function hashOfMachine(id: string): string {
  // Not imported: what is remembered needs no OpenSSL.
  const { createHmac } = process.getBuiltinModule('node:crypto');
  return createHmac('sha256', Buffer.from(id, 'hex')).update('ganeti-extstorage-gluster').digest('hex').slice(0, 12);
}
