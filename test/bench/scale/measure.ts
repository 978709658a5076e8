import { allCases, baseline, type Case, warmAttach } from '../cases.ts';
import { runCases, type Site } from '../site.ts';
import { spreadOf } from '../statistics.ts';

/** The median of each case, in milliseconds. */
export type Measured = ReadonlyMap<string, number>;

const verbs = [baseline, 'create, to do', 'attach, to do', warmAttach, 'open, to do', 'remove, to do'];
const lists = ['image list', 'lease list', 'image orphans'];

/** What verbs and lists take now. */
export async function measureVerbs(site: Site, rounds: number): Promise<Measured> {
  const cases = allCases(site.places).filter(({ name }) => verbs.includes(name));
  return await medians(site, rounds, [...cases, ...lists.map(listCase)]);
}

/** How many milliseconds `gnt-cluster verify` takes now: the median. */
export async function measureVerify(site: Site, rounds: number): Promise<number> {
  const verify = shellCase('verify', 'gnt-cluster verify --ignore-errors=ENODESETUP');
  return (await medians(site, rounds, [verify])).get('verify') ?? Number.NaN;
}

async function medians(site: Site, rounds: number, cases: readonly Case[]): Promise<Measured> {
  return new Map(
    Object.entries(await runCases(site, cases, rounds)).map(([name, list]) => [
      name,
      spreadOf(list.map(({ seconds }) => seconds * 1000)).median,
    ]),
  );
}

/** A list of gnt-gluster. Orphans end with 1 when there are any: images that no instance has. */
function listCase(name: string): Case {
  return shellCase(name, `gnt-gluster ${name} || test $? = 1`);
}

function shellCase(name: string, script: string): Case {
  const environment = { LC_ALL: 'C', HOME: '/root', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
  return { name, argv: ['/bin/sh', '-c', `{ ${script}; } >/dev/null 2>&1`], environment };
}
