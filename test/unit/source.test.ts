import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const mostColumns = 120;
const comment = /^\s*(\*|\/\/|\/\*|#)/;

function sources(): readonly string[] {
  return globSync('{src,providers,build,test,contrib}/**/*.{ts,sh}', { exclude: ['build/out/**'] }).concat(
    'install.sh',
  );
}

test('no comment is wider than the code', () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(300);
  const wide = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (comment.test(line) && line.length > mostColumns ? [`${file}:${index + 1}`] : [])),
  );
  expect(wide).toEqual([]);
});

/** The files of some folders that import something of others, by a path such as ../../build/x.ts. */
function importing(folders: string, others: string): readonly string[] {
  const found = globSync(`${folders}/**/*.ts`, { exclude: ['build/out/**'] });
  expect(found.length).toBeGreaterThan(20);
  const other = new RegExp(`(?:from|import\\() ?'(?:\\.\\./)+${others}/`);
  return found.filter((file) => other.test(readFileSync(file, 'utf8')));
}

test('the product imports nothing that builds or tests it, and the build nothing that tests it', () => {
  expect(importing('{src,providers}', '(?:build|test)')).toEqual([]);
  expect(importing('build', 'test')).toEqual([]);
  expect(importing('test', 'build')).not.toEqual([]);
});

test('a failure that stands for a caught one keeps it as its cause', () => {
  const files = globSync('{src,providers}/**/*.ts');
  const blocks = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^( *)\} catch \(\w+\) \{\n([\s\S]*?)\n\1\}/gm)].map(([, , body = '']) => ({
      file,
      body,
    })),
  );
  const replacing = blocks.filter(({ body }) => body.includes('new Failure('));
  expect(replacing.length).toBeGreaterThan(5);
  expect(replacing.filter(({ body }) => !/\bcause\b/.test(body))).toEqual([]);
});
