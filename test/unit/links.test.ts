import { expect, test } from 'vitest';
import { anchorsOf, linksOf, pages } from './markdown.ts';

test.each(pages)('%s: its links lead to pages of a release and to headings that are there', (page) => {
  const broken = linksOf(page).filter(
    ({ target, anchor }) => !pages.includes(target) || (anchor !== '' && !anchorsOf(target).includes(anchor)),
  );
  expect(broken).toEqual([]);
});

test('every page of docs/ is in its index, and the index in README.md', () => {
  const listed = linksOf('docs/README.md').map(({ target }) => target);
  expect([...listed, 'README.md', 'docs/README.md'].sort()).toEqual([...pages].sort());
  expect(linksOf('README.md').map(({ target }) => target)).toContain('docs/README.md');
});
