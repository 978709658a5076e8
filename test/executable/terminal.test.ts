import { afterAll, beforeAll, expect, test } from 'vitest';
import { attachedHere, built, startServer } from './support.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.stop());

const status = `${built}/gnt-gluster mount status`;
const onTerminal = (variables: string) => `env -i TERM=xterm ${variables} script -qec '${status}' /dev/null`;
const bold = '\u001b[1mPool/volume';

test.each([
  ['bold on a terminal', onTerminal(''), true],
  ['plain on a terminal with NO_COLOR', onTerminal('NO_COLOR=1'), false],
  ['plain in a pipe', `env -i TERM=xterm ${status} | cat`, false],
])('the heading of a table is %s, although a process of its own makes it', async (_, script, isBold) => {
  const { stdout } = await attachedHere(server.port, script);
  expect(stdout).toContain('Pool/volume');
  expect(stdout.includes(bold)).toBe(isBold);
});
