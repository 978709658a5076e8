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
