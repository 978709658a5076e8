import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clusterScenarios } from '../faults/cluster/scenarios.ts';

const text = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');

/** The sections by their headings. */
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

/** Every command line that a text shows in its blocks: those that begin with the prompt of a node. */
function shown(section: string): readonly string[] {
  const blocks = [...section.matchAll(/^```[a-z]*\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) => block.split('\n').filter((line) => /^\w+# /.test(line)));
}

test('every scenario has its section in docs/failures.md, and each section a scenario', () => {
  expect([...sections.keys()]).toEqual([...new Set(clusterScenarios.map(({ section }) => section))]);
});

test.each(clusterScenarios.map((scenario) => [scenario.name, scenario] as const))(
  'docs/failures.md shows the commands of a scenario, and no other: %s',
  (_, { section }) => {
    const commands = clusterScenarios.filter((each) => each.section === section).flatMap((each) => each.commands);
    expect([...new Set(shown(sections.get(section) ?? ''))].sort()).toEqual([...new Set(commands)].sort());
  },
);
