import { createHash } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { labsDirectory, projectDirectory } from './layout.ts';

/** What tells this checkout from another one on this machine: six hexadecimal digits of its real path. */
export const checkout = createHash('sha256').update(realpathSync(projectDirectory)).digest('hex').slice(0, 6);

/**
 * The name of a lab that belongs to this checkout, such as e2e-1-3fa2c1. Programs that take labs down by themselves use
 * it: they leave those of other checkouts, and those that people named, alone. The labs of a step of `npm test` begin
 * with the name of the step.
 */
export function labOfCheckout(purpose: string): string {
  return `${purpose}-${checkout}`;
}

/** The names of the labs of a step of `npm test` that left something on disk, also of those that only began. */
export function labsOfStep(step: string): readonly string[] {
  if (!existsSync(labsDirectory)) return [];
  const names = readdirSync(labsDirectory).map((entry) => entry.replace(/\.lock$/, ''));
  return [...new Set(names)].filter((name) => name.startsWith(`${step}-`) && name.endsWith(`-${checkout}`));
}
