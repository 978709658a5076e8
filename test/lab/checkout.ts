import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { projectDirectory } from './layout.ts';

/** What tells this checkout from another one on this machine: six hexadecimal digits of its real path. */
const checkout = createHash('sha256').update(realpathSync(projectDirectory)).digest('hex').slice(0, 6);

/**
 * The name of a lab that belongs to this checkout, such as e2e-1-3fa2c1. Programs that take labs down by themselves use
 * it: they leave those of other checkouts, and those that people named, alone.
 */
export function labOfCheckout(purpose: string): string {
  return `${purpose}-${checkout}`;
}
