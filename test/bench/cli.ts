/** `npm run bench`: what every verb costs; `npm run bench -- data`: how fast an image is. A number never makes it fail. */
const [kind, ...rest] = process.argv.slice(2);
if (kind === 'data') await (await import('./data/cli.ts')).benchData(rest);
else await (await import('./verbs.ts')).benchVerbs(process.argv.slice(2));
