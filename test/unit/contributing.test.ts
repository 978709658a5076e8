import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pageText } from './markdown.ts';

const root = path.join(import.meta.dirname, '../..');
const [, tree = ''] = /^## Folders\n.*?^```\n(.*?)^```$/ms.exec(pageText('CONTRIBUTING.md')) ?? [];

/** The folders that the tree shows within a top folder; a line may show several. */
function shown(top: string): readonly string[] {
  const [, inside = ''] = new RegExp(`^${top}/.*\n((?:  .*\n)*)`, 'm').exec(tree) ?? [];
  return inside
    .split('\n')
    .flatMap((line) => [...line.slice(0, 27).matchAll(/([a-z0-9]+)\/(?= )/g)].map(([, name = '']) => name));
}

test.each(['providers/gluster', 'src', 'test'])('CONTRIBUTING.md shows every folder of %s, and no other', (top) => {
  const folders = readdirSync(path.join(root, top), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect([...shown(top)].sort()).toEqual(folders.map(({ name }) => name).sort());
});
