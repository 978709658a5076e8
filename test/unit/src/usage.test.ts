import { describe, expect, test } from 'vitest';
import { provider } from '#gluster/provider.ts';
import { exitStatus, exitStatusMeaning } from '#src/errors.ts';
import { usageOf } from '#src/usage.ts';
import { type VerbDescription, type VerbName, variableMeaning, verbs } from '#src/verbs.ts';

const verbNames = Object.keys(verbs) as VerbName[];

test('the verbs are those of the interface', () => {
  const interfaceVerbs = [
    'create',
    'attach',
    'detach',
    'remove',
    'grow',
    'setinfo',
    'verify',
    'snapshot',
    'open',
    'close',
  ];
  expect(verbNames).toEqual(interfaceVerbs);
  expect(Object.keys(provider.verbs).sort()).toEqual([...interfaceVerbs].sort());
});

describe.each(verbNames)('%s --help', (verb) => {
  const text = usageOf(verb, provider);
  const lines = text.split('\n');
  const line = (word: string): string => lines.find((candidate) => candidate.startsWith(`  ${word} `)) ?? '';

  test('explains every variable, and no other', () => {
    const { required, optional }: VerbDescription = verbs[verb];
    for (const [variable, meaning] of Object.entries(variableMeaning)) {
      const [wanted, may] = [required, optional].map((list) => list.some((name) => name === variable));
      expect(line(variable).includes(meaning), variable).toBe(wanted || may);
      expect(line(variable).endsWith('(optional)'), variable).toBe(may);
    }
  });

  test('explains every parameter it uses, and no other', () => {
    for (const { name, summary, verbs: users } of provider.parameters)
      expect(line(`EXTP_${name.toUpperCase()}`).includes(summary), name).toBe(users.includes(verb));
  });

  test('explains every exit status', () => {
    expect(line('0')).not.toBe('');
    for (const [kind, status] of Object.entries(exitStatus))
      expect(line(String(status))).toContain(exitStatusMeaning[kind as keyof typeof exitStatus]);
  });

  test('begins with the call and fits on a terminal of 132 columns', () => {
    expect(lines[0]).toMatch(new RegExp(`^usage: ${verb}( |$)`));
    expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true);
    for (const each of lines) expect(each.length, each).toBeLessThanOrEqual(132);
  });
});

test('verify names its checks', () => {
  for (const check of provider.checkNames) expect(usageOf('verify', provider)).toContain(check);
});
