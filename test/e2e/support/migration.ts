import { expect } from 'vitest';
import { run } from './commands.ts';
import { type Guest, writes } from './guests.ts';
import { imagesOf, usageOf } from './images.ts';

/** Moves a running instance to another node; its guest goes on writing, and only that node has its first disk open. */
export async function migrate(guest: Guest, target: string): Promise<void> {
  const { name, console } = guest;
  const boots = (): number => console.lines.filter((line) => line.startsWith('guest started')).length;
  const before = boots();
  await run(`gnt-instance migrate -f -n ${target} ${name}`);
  await writes(guest);
  expect(boots(), 'the guest was restarted instead of moved').toBe(before);
  const [image = ''] = await imagesOf(name);
  expect(await usageOf(image)).toEqual({ leases: `${target} exclusive`, attached: target });
}
