/**
 * `npm run bench`: what every verb costs; others that are named: how fast an image is, what the kernel's NBD would
 * give, how long a guest takes to end, how long Ganeti's commands take, what many images and volumes cost. A number
 * never makes it fail.
 */
const [kind, ...rest] = process.argv.slice(2);
if (kind === 'data') await (await import('./data/cli.ts')).benchData(rest);
else if (kind === 'nbd') await (await import('./nbd/cli.ts')).benchNbd(rest);
else if (kind === 'operations') await (await import('./operations/cli.ts')).benchOperations(rest);
else if (kind === 'guests') await (await import('./guests/cli.ts')).benchGuests(rest);
else if (kind === 'scale') await (await import('./scale/cli.ts')).benchScale(rest);
else await (await import('./verbs.ts')).benchVerbs(process.argv.slice(2));
