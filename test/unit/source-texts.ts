import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAst } from 'vitest/node';

const root = path.join(import.meta.dirname, '../..');

/** A text that the program can say, and where it stands: FILE:LINE. */
export interface SourceText {
  readonly where: string;
  readonly text: string;
}

/** The files of the program, without the one that is a script of another language in one literal. */
export const programFiles: readonly string[] = globSync('{src,providers}/**/*.ts', { cwd: root })
  .filter((file) => file !== 'src/sanity/ganeti-script.ts')
  .sort();

/** Every text that a file of the program holds, as textsIn finds them. */
export function textsOfFile(file: string): readonly SourceText[] {
  return textsIn(readFileSync(path.join(root, file), 'utf8'), file);
}

/**
 * Every string and template of a TypeScript text with more than one word, in their order. What is joined by + is one
 * text. A placeholder is the word VALUE, and the texts inside it stand by themselves.
 */
export function textsIn(source: string, file: string): readonly SourceText[] {
  const found: SourceText[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const child of node) visit(child);
    if (!isNode(node) || unread.includes(node.type)) return;
    const text = textOf(node);
    if (text !== undefined && /\S\s+\S/.test(text)) {
      found.push({ where: `${file}:${source.slice(0, node.start).split('\n').length}`, text });
    }
    for (const child of text === undefined ? Object.values(node) : placeholdersOf(node)) visit(child);
  };
  visit(parseAst(source, { lang: 'ts' }, file));
  return found;
}

const unread = ['ImportDeclaration', 'ExportAllDeclaration', 'TSLiteralType'];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [property: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The text that a literal, a template, or a sum of such is. undefined for anything else. */
function textOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined;
  if (node.type === 'TemplateLiteral') return listOf(node.quasis).map(cookedOf).join('VALUE');
  if (node.type !== 'BinaryExpression' || node.operator !== '+') return undefined;
  const sides = [node.left, node.right].map((side) => (isNode(side) ? textOf(side) : undefined));
  return sides.every((side) => side === undefined) ? undefined : sides.map((side) => side ?? 'VALUE').join('');
}

function placeholdersOf(node: Node): readonly unknown[] {
  if (node.type === 'TemplateLiteral') return listOf(node.expressions);
  if (node.type !== 'BinaryExpression') return [];
  return [node.left, node.right].flatMap((side) => {
    if (!isNode(side)) return [];
    return textOf(side) === undefined ? [side] : placeholdersOf(side);
  });
}

function cookedOf(quasi: Node): string {
  const { value } = quasi;
  return typeof value === 'object' && value !== null && 'cooked' in value ? String(value.cooked) : '';
}

function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
