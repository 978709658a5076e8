import { describe, expect, test } from 'vitest';
import { answerIn, answerTo, ask } from '#gluster/agent/ask.ts';
import { peerHere, taskNamed } from '#gluster/agent/tasks.ts';
import packageFile from '../../../../../package.json' with { type: 'json' };
import { failureOf } from '../../../help.ts';

const ended = { argv: ['ssh'], signal: undefined, timedOut: false, endless: false, stderr: '' };
const { version } = packageFile;

describe('a task for another node', () => {
  test('that has another version is refused there', async () => {
    for (const other of ['0.0.1', undefined, 7])
      expect(JSON.parse(await answerTo(JSON.stringify({ version: other, task: 'peer', asks: {} })))).toMatchObject({
        failure: { kind: 'environment', details: { hint: expect.stringContaining('same version') } },
      });
  });

  test('that nobody knows is refused', async () => {
    const said = await answerTo(JSON.stringify({ version, task: 'rm -rf /', asks: {} }));
    expect(JSON.parse(said)).toMatchObject({ failure: { kind: 'invalid', sentence: 'there is no task "rm -rf /"' } });
    expect(() => taskNamed('toString')).toThrow('there is no task');
  });

  test('is not done in a directory that is no brick', async () => {
    const place = { volume: '11111111-1111-1111-1111-111111111111', path: '/tmp' };
    const said = await answerTo(JSON.stringify({ version, task: 'brick digests', asks: place }));
    expect(JSON.parse(said)).toMatchObject({ failure: { kind: 'unavailable' } });
    const missing = { ...place, path: '/nowhere/at/all' };
    expect(
      JSON.parse(await answerTo(JSON.stringify({ version, task: 'brick paths', asks: { ...missing, parts: [1] } }))),
    ).toMatchObject({
      failure: { kind: 'unavailable', sentence: expect.stringContaining('is not a brick of the volume') },
    });
  });
});

describe('what a node answers', () => {
  const answer = (exitCode: number | undefined, stdout: string) => answerIn('node2', { ...ended, exitCode, stdout });

  test('is the answer, null and nothing too', () => {
    expect(answer(0, '{"answer":["a"]}\n')).toEqual(['a']);
    expect(answer(0, '{"answer":null}\n')).toBeNull();
  });

  test.each<[string, number | undefined, string, string, RegExp]>([
    [
      'a failure of its own',
      0,
      '{"failure":{"kind":"busy","sentence":"it works","details":{}}}',
      'busy',
      /^node node2: it works$/,
    ],
    ['that ssh does not come through', 255, '', 'unavailable', /^node node2 cannot be reached by ssh$/],
    ['nothing in time', undefined, '', 'unavailable', /^node node2 cannot be reached by ssh$/],
    ['that it lacks the program', 127, '', 'environment', /^node node2 does not have \//],
    ['something else', 0, 'Welcome!', 'failed', /^node node2 did not do its task$/],
    ['an error of the program', 1, '', 'failed', /^node node2 did not do its task$/],
  ])('%s', async (_, exitCode, stdout, kind, sentence) => {
    const failure = await failureOf(async () => answer(exitCode, stdout));
    expect(failure).toMatchObject({ kind, message: expect.stringMatching(sentence) });
  });
});

test('a node of no cluster can only ask itself', async () => {
  expect(await failureOf(() => ask('node2.example.com', 'peer', {}))).toMatchObject({ kind: 'environment' });
});

test('the UUID of a glusterd is read from its file', () => {
  const id = '41030a30-ee28-44c2-bc4c-2aed64fa3a8f';
  expect(peerHere(`UUID=${id}\noperating-version=100000\n`)).toBe(id);
  expect(peerHere('operating-version=100000\n')).toBeNull();
});
