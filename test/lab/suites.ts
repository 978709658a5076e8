import { readFileSync } from 'node:fs';
import { exitCodes, LabError } from './errors.ts';

/** The Debian releases a lab's nodes can have, by the names Debian gives them. */
export const suites = {
  bookworm: { debian: 'Debian 12', ganeti: '3.0' },
  trixie: { debian: 'Debian 13', ganeti: '3.1' },
} as const;

export type Suite = keyof typeof suites;

export const suiteNames = Object.keys(suites).filter(isSuite);

export const defaultSuite: Suite = 'bookworm';

/** The suite of this name; throws for one that no lab can have. */
export function suiteNamed(name: string): Suite {
  if (isSuite(name)) return name;
  throw new LabError(`there is no suite "${name}": say ${suiteNames.join(' or ')}`, exitCodes.usage);
}

/** The variable by which `npm test -- --suite NAME` tells the tests. */
export const suiteVariable = 'GANETI_GLUSTER_SUITE';

/** The suite that the tests are to run on: those that do not name one themselves. */
export function suiteOfTests(): Suite {
  return suiteNamed(process.env[suiteVariable] ?? defaultSuite);
}

/** The suite of the machine itself, or undefined if that is another Linux. */
export function machineSuite(): Suite | undefined {
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  return isSuite(codename) ? codename : undefined;
}

function isSuite(name: string): name is Suite {
  return Object.hasOwn(suites, name);
}
