import { mkdtempSync, rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { run } from './process.ts';

const script = `
  import { down } from ${JSON.stringify(new URL('lab.ts', import.meta.url).href)};
  for (let count = 0; count < 400; count += 1) await down(process.argv[1]);`;

it('labs that come and go at the same time do not get in the way of each other', async () => {
  const directory = mkdtempSync('/var/tmp/ganeti-gluster-together-');
  try {
    const downs = ['one', 'two', 'three'].map((name) =>
      run([process.execPath, '--input-type=module', '--eval', script, name], {
        env: { ...process.env, GANETI_GLUSTER_LAB_DIRECTORY: `${directory}/labs` },
      }),
    );
    for (const { exitCode, stderr } of await Promise.all(downs))
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
