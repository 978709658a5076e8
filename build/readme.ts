/** `npm run readme`: writes the tables of the pages anew from the tables behind the program's parsers and help. */
import { readFileSync, writeFileSync } from 'node:fs';
import { pagesWithTables, withTables } from './readme-tables.ts';

for (const page of pagesWithTables) {
  const file = new URL(`../${page}`, import.meta.url);
  writeFileSync(file, withTables(page, readFileSync(file, 'utf8')));
}
