import { expect } from 'vitest';
import { parameters } from '#gluster/configuration/parameters.ts';
import { verifyCluster } from '../lab/ganeti.ts';
import { run } from './support/commands.ts';
import { lab } from './support/lab.ts';
import { timed } from './support/progress.ts';
import { lastStep, step } from './support/steps.ts';

step('Ganeti finds the provider valid on every node', async () => {
  const diagnosis = await run('gnt-storage diagnose');
  expect(diagnosis.match(/^ +Node: .* status: valid /gm)).toHaveLength(lab().nodes.length);
  expect(diagnosis).toMatch(/For nodegroup: default --> valid/);
  expect(diagnosis).not.toMatch(/invalid/);
});

step('gnt-storage info explains every parameter', async () => {
  const info = await run('gnt-storage info gluster');
  for (const { name, summary } of parameters) expect(info.split('\n')).toContain(`      ${name}: ${summary}`);
});

step('gnt-cluster verify has nothing to say', async () => {
  await timed('gnt-cluster verify', () => verifyCluster(lab().master));
});

lastStep();
