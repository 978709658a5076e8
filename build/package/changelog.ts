import { productName } from './release.ts';

interface Source {
  /** CHANGELOG.md. */
  readonly text: string;
  readonly version: string;
  readonly date: Date;
  readonly maintainer: string;
}

interface Section {
  readonly version: string;
  readonly date: Date;
  readonly body: string;
}

/**
 * The changelog of the Debian package out of CHANGELOG.md: an entry for each version. What is not released yet is the
 * version that is being packaged.
 */
export function debianChangelog({ text, version, date, maintainer }: Source): string {
  const sections = text
    .split(/^## /m)
    .slice(1)
    .flatMap((part) => section(part, version, date));
  const released = sections.filter((found) => found.version === version);
  const [first] = released.length > 0 ? released : [{ version, date, body: '- Built anew.' }];
  const older = sections.filter((found) => found.version !== version);
  return [...(first === undefined ? [] : [first]), ...older].map((found) => entry(found, maintainer)).join('\n');
}

function section(part: string, version: string, date: Date): readonly Section[] {
  const [, name = '', day] = /^\[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?/.exec(part) ?? [];
  const body = part.split('\n').slice(1).join('\n');
  if (name === 'Unreleased') return /^- /m.test(body) ? [{ version, date, body }] : [];
  return day === undefined ? [] : [{ version: name, date: new Date(`${day}T12:00:00Z`), body }];
}

function entry({ version, date, body }: Section, maintainer: string): string {
  const items = body.split(/^(?=- |### )/m).map((item) => item.replace(/\s+/g, ' ').trim());
  const lines: string[] = [];
  let kind = '';
  for (const item of items) {
    if (item.startsWith('### ')) kind = item.slice(4);
    else if (item.startsWith('- ')) lines.push(...bullet(`${kind === '' ? '' : `${kind}: `}${plain(item.slice(2))}`));
  }
  return `${productName} (${version}) unstable; urgency=medium\n\n${lines.join('\n')}\n\n -- ${maintainer}  ${stamp(date)}\n`;
}

function bullet(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 78) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(`${lines.length === 0 ? '  * ' : '    '}${word}`);
  }
  return lines;
}

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
}

/** As in RFC 5322, which is what dpkg reads. */
function stamp(date: Date): string {
  return date.toUTCString().replace(/GMT$/, '+0000');
}
