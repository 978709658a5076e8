import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { asFailure, errnoOf, withPath } from './errors.ts';

/**
 * Replaces a file in one step, mode 0600, on disk when this returns. `writer` keeps the drafts of two writers apart.
 */
export function writeFileAtomic(path: string, text: string, writer = ''): void {
  const draft = `${path}${writer}.new`;
  const descriptor = openDraft(draft);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
    renameSync(draft, path);
  } catch (error) {
    removeFileIfThere(draft);
    throw withPath(error, draft);
  } finally {
    closeSync(descriptor);
  }
}

/** A new file. What a killed process left is taken away only where there is something: to ask costs a question. */
function openDraft(draft: string): number {
  try {
    return openSync(draft, 'wx', 0o600);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    removeFileIfThere(draft);
    return openSync(draft, 'wx', 0o600);
  }
}

/** How old the draft of a killed process is at least, in milliseconds: one that is written now is none. */
const abandoned = 60_000;

/**
 * The same for a file that several processes of this node may replace at once, none of which waits for another: one of
 * them is the last. Drafts of processes that were killed go after a minute: the number of a process alone does not say
 * that it is gone, for who writes may be in another PID namespace.
 */
export function replaceShared(path: string, text: string): void {
  const [directory, name] = [dirname(path), basename(path)];
  for (const entry of readdirSync(directory)) {
    const [, pid] = entry.startsWith(`${name}.`) ? (/\.(\d+)\.new$/.exec(entry) ?? []) : [];
    const draft = `${directory}/${entry}`;
    if (pid !== undefined && !existsSync(`/proc/${pid}`) && isOlder(draft, abandoned)) removeFileIfThere(draft);
  }
  writeFileAtomic(path, text, `.${process.pid}`);
}

function isOlder(path: string, milliseconds: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > milliseconds;
}

/** Writes what the work can do without, such as a note for people: where there is no room for it the work goes on. */
export function ifThereIsRoom(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (asFailure(error)?.kind !== 'full') throw error;
  }
}

/**
 * Makes a directory that need not be there, and those above it, mode 0700. Not mkdirSync with `recursive`: on a
 * read-only file system it says that the directory does not exist (Node 24).
 */
export function makeDirectory(path: string): void {
  if (!isMade(path, 'ENOENT')) {
    makeDirectory(dirname(path));
    isMade(path);
  }
}

/** False when it cannot be made for one reason; throws for any other. */
function isMade(path: string, reason?: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return true;
    if (errno !== undefined && errno === reason) return false;
    throw error;
  }
}

/**
 * Removes a file that need not be there. Not rmSync: the errors it throws have no code (Node 24), so that a volume
 * without quorum would look like a fault of this program.
 */
export function removeFileIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * The text of a file, or undefined when there is no such file; or no more: the kernel answers ENODEV to who reads in
 * /sys of a device that goes away in that moment, as loop devices of others do all the time.
 */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENODEV'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** The object in a JSON text, or undefined when it holds anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isTable(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value of JSON is an object. */
export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of such an object when it is a text, else undefined. */
export function textField(object: Readonly<Record<string, unknown>>, field: string): string | undefined {
  const value = object[field];
  return typeof value === 'string' ? value : undefined;
}
