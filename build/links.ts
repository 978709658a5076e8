import { verbNames } from '#src/verbs.ts';
import { productName } from './package/release.ts';

/** Those that answer on standard output. All others only have something done: a script is quicker to wait for that. */
const answering = ['attach', 'verify', 'gnt-gluster'];

/** What the names of the verbs and of the command are links to, in the directory that the build makes. */
export const links: Readonly<Record<string, string>> = Object.fromEntries(
  [...verbNames, 'gnt-gluster'].map((link) => [link, answering.includes(link) ? productName : 'run-verb']),
);
