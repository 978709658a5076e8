import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');

/** The pages that a release contains, as paths from the root of this repository. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(path.join(root, 'docs'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** The text of a page. */
export function pageText(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}

/** The lines of a text outside its blocks of code and comments. */
function outsideCode(text: string): readonly string[] {
  const withoutBlocks = text.replace(/^```.*?^```$/gms, '').replace(/<!--.*?-->/gs, '');
  return withoutBlocks.split('\n').map((line) => (/^ {4}\S/.test(line) ? '' : line));
}

/** The sentences of a page's paragraphs and lists; a text in backquotes is one word, and so is what a link leads to. */
export function sentencesOf(text: string): readonly string[] {
  const blocks: string[] = [];
  for (const line of outsideCode(text)) {
    const isProse = line.trim() !== '' && !/^(#|\|)/.test(line);
    const goesOn = isProse && !/^\s*(-|\d+\.) /.test(line);
    if (isProse && goesOn && blocks.at(-1)) blocks.splice(-1, 1, `${blocks.at(-1)} ${line.trim()}`);
    else blocks.push(isProse ? line.trim().replace(/^(-|\d+\.) /, '') : '');
  }
  return blocks.map(plain).flatMap((block) => block.split(/(?<=[.!?][)*_"]*)\s+(?=[^a-z\s])/).filter(Boolean));
}

function plain(text: string): string {
  return text
    .replace(/`[^`]*`/g, 'CODE')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, (_, shown: string) => (shown.endsWith('.md') ? 'PAGE' : shown))
    .replaceAll(/\*\*|_(?=\w)|(?<=\w)_/g, '');
}

/** How many words a sentence has. */
export function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;
}

/** Where the links of a page lead that lead to no other site: the page's path from the root, and the anchor. */
export function linksOf(page: string): readonly { readonly target: string; readonly anchor: string }[] {
  const text = outsideCode(pageText(page)).join('\n');
  return [...text.matchAll(/\]\(([^)]+)\)/g)].flatMap(([, link = '']) => {
    if (/^https?:/.test(link)) return [];
    const [file = '', anchor = ''] = link.split('#');
    return [{ target: file === '' ? page : path.join(path.dirname(page), file), anchor }];
  });
}

/** The anchors that GitHub gives the headings of a page. */
export function anchorsOf(page: string): readonly string[] {
  if (!existsSync(path.join(root, page))) return [];
  return outsideCode(pageText(page))
    .filter((line) => line.startsWith('#'))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
}

/** The sentences of a manual page in mdoc(7), where what is marked up is one word. */
export function sentencesOfManual(text: string): readonly string[] {
  const withoutExamples = text.replace(/^\.Bd .*?^\.Ed$/gms, '.Pp');
  const blocks = withoutExamples.split(/^\.(?:Pp|Sh|It|Bl|El|Nm|Nd|Cm|Op|Dd|Dt|Os|\\").*$/m);
  const inline = (line: string): string =>
    line.startsWith('.') ? `CODE${/((?: [.,:;?!)])*)$/.exec(line)?.[1]?.replaceAll(' ', '') ?? ''}` : line;
  return blocks
    .map((block) => block.trim().split('\n').map(inline).join(' '))
    .flatMap((block) => block.split(/(?<=[.!?][)"]*)\s+(?=[^a-z\s])/).filter(Boolean));
}
