import { type Lines, macro, wrapped } from './mdoc.ts';

/**
 * Running text as lines of mdoc(7). What stands in `backquotes` is marked up by what it looks like: a path, a variable,
 * an option, another manual, or else something to type.
 */
export function prose(text: string): Lines {
  const sentences = text.split(/(?<=[.!?])\s+(?=[A-Z`(])/);
  return sentences.flatMap(sentence);
}

/** The same of a phrase in a table: `summary` becomes `Summary.` */
export function phrase(text: string): Lines {
  const capital = text.startsWith('`') ? text : `${text[0]?.toUpperCase()}${text.slice(1)}`;
  return prose(/[.!?]$/.test(capital) ? capital : `${capital}.`);
}

function sentence(text: string): Lines {
  const parts = text.split('`');
  if (parts.length % 2 === 0) throw new Error(`a backquote has no partner: ${text}`);
  const lines: string[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const isFirst = index === 0;
    const isLast = index === parts.length - 1;
    // Punctuation beside a quoted text.
    const [before = ''] = isFirst ? [] : (/^[.,:;?!)]+/.exec(parts[index] ?? '') ?? []);
    const after = !isLast && parts[index]?.endsWith('(') ? '(' : '';
    const plain = parts[index]?.slice(before.length, after === '' ? undefined : -1) ?? '';
    if ((!isFirst && /^\w/.test(plain)) || (!isLast && /\w$/.test(plain))) {
      throw new Error(`markup must stand apart from the words beside it: ${text}`);
    }
    // On the macro line, else a blank would come between.
    if (before !== '') {
      const last = lines.pop();
      lines.push(last === undefined ? before : `${last} ${[...before].join(' ')}`);
    }
    lines.push(...wrapped(plain));
    const code = parts[index + 1];
    if (code !== undefined) lines.push(marked(code, after));
  }
  return lines;
}

function marked(code: string, opening: string): string {
  const line = markup(code);
  return opening === '' ? line : line.replace(/^(\.\w+)/, `$1 ${opening}`);
}

function markup(code: string): string {
  const manual = /^([a-z.-]+)\(([1-9])\)$/.exec(code);
  if (manual?.[1] !== undefined && manual[2] !== undefined) return macro('Xr', manual[1], manual[2]);
  if (code.startsWith('/')) return macro('Pa', code);
  if (/^[A-Z][A-Z_]{3,}$/.test(code)) return macro('Ev', code);
  if (/^-\S+$/.test(code)) return macro('Fl', code.slice(1));
  return macro('Ql', ...code.split(' '));
}
