import { text } from 'node:stream/consumers';
import { agent, answerTo } from '#gluster/agent/ask.ts';
import { requireRoot } from '#src/main.ts';
import { print, reportFailure } from '#src/reply.ts';

/** Does the task that another node wrote to standard input, prints the answer, and ends the process. */
export async function runAgent(): Promise<never> {
  try {
    requireRoot();
    print(`${await answerTo(await text(process.stdin))}\n`);
    process.exit(0);
  } catch (error) {
    process.exit(reportFailure(`gnt-gluster ${agent}`, error));
  }
}
