import { readFileSync } from 'node:fs';
import { Failure } from '#src/errors.ts';

/** The name that Debian gives a release. */
export type Suite = 'bookworm' | 'trixie';

/** What a Debian release, and the Ganeti it has, means for those who test on it. */
export interface Release {
  readonly debian: string;
  readonly ganeti: string;
  /** Ganeti 3.1 hands QEMU the servers of a gluster:// disk in a form that QEMU refuses. */
  readonly startsInUserspace: boolean;
  /** Ganeti 3.1 tells QEMU that a disk grew; with 3.0 the guest has to be restarted. */
  readonly guestSeesGrowth: boolean;
  /** What `gnt-instance modify` has to be told so that a running guest gets a new disk; Ganeti 3.1 does it unasked. */
  readonly hotplug: string;
  /** Ganeti 3.0 gives a running QEMU a block device as a file, which QEMU refuses since its version 6. */
  readonly hotAddsDevices: boolean;
  /**
   * `gnt-backup export` of the 3.1 in Debian 13 wants a node's name in the certificate all nodes share (issue 1839).
   */
  readonly exports: boolean;
  /**
   * What `gnt-instance rename` has to be told so that it neither checks names nor asks: 3.1 does neither unless told.
   */
  readonly renameOptions: string;
}

/** The Debian releases a lab's nodes can have, by the names Debian gives them. */
export const suites: Readonly<Record<Suite, Release>> = {
  bookworm: {
    debian: 'Debian 12',
    ganeti: 'Ganeti 3.0',
    startsInUserspace: true,
    guestSeesGrowth: false,
    hotplug: '--hotplug ',
    hotAddsDevices: false,
    exports: true,
    renameOptions: ' -f --no-name-check --no-ip-check',
  },
  trixie: {
    debian: 'Debian 13',
    ganeti: 'Ganeti 3.1',
    startsInUserspace: false,
    guestSeesGrowth: true,
    hotplug: '',
    hotAddsDevices: true,
    exports: false,
    renameOptions: '',
  },
};

/** The names of all suites, the oldest first. */
export const suiteNames = Object.keys(suites).filter(isSuite);

/** What a lab has unless told. */
export const defaultSuite: Suite = 'bookworm';

/** The suite of this name; throws for one that no lab can have. */
export function suiteNamed(name: string): Suite {
  if (isSuite(name)) return name;
  throw new Failure('usage', `there is no suite "${name}": say ${suiteNames.join(' or ')}`);
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

/** Whether a lab can have this suite. */
export function isSuite(name: string): name is Suite {
  return Object.hasOwn(suites, name);
}
