import { mountsDirectory } from '#src/run-directory.ts';
import type { verbs } from '#src/verbs.ts';

/** One thing to measure, as test/bench/measure.py reads it. */
export interface Case {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** Shell scripts that are not measured. */
  readonly before?: string;
  readonly after?: string;
  /** Measured in every n-th round only. */
  readonly every?: number;
}

/** Where the lab's node has what is measured. */
export interface Places {
  readonly provider: string;
  readonly node: string;
  readonly bench: string;
  readonly volume: string;
  readonly server: string;
}

export const baseline = 'node, an empty file';
export const warmAttach = 'attach, attached';
export const pythonAttach = 'attach, python3';
export const python = 'python3, nothing';
export const createLarge = 'create, 10 GiB';
export const qemuCreate = 'create, 10 GiB, qemu-img';

/** The verbs whose own round trips are measured: alone, by a program that does nothing else. */
export const asking = ['open', 'close', 'setinfo', 'grow', 'detach'] as const;

/** The case that measures the round trips of a verb, with the time that python3 takes to start. */
export function roundTripsOf(verb: string): string {
  return `round trips of ${verb}, python3`;
}

/** The image that stays attached, so that its volume stays mounted. */
export const attachedImage = 'bench-attached.ext.disk0';

const image = 'bench.ext.disk0';
const mebibytes = 16;

/** What Ganeti adds to the variables of a verb. */
const fromGaneti = { LC_ALL: 'C', EXTP_PROVIDER: 'gluster', EXTP_ACCESS: 'kernelspace' };

type Variables = Readonly<Record<string, string | number>>;

type Verb = keyof typeof verbs;

/** A shell command that runs a verb. */
export function command(places: Pick<Places, 'provider'>, verb: Verb, variables: Variables): string {
  const assignments = Object.entries({ ...fromGaneti, ...variables }).map(([name, value]) => `${name}=${value}`);
  return `env -i ${assignments.join(' ')} ${places.provider}/${verb}\n`;
}

/** One verb, as Ganeti calls it. */
function measured(
  { provider }: Pick<Places, 'provider'>,
  name: string,
  verb: Verb,
  variables: Variables,
  scripts: Partial<Case> = {},
): Case {
  const texts = Object.entries({ VOL_NAME: image, ...variables }).map(([key, value]) => [key, String(value)] as const);
  return {
    name,
    argv: [`${provider}/${verb}`],
    environment: { ...fromGaneti, ...Object.fromEntries(texts) },
    ...scripts,
  };
}

/** All cases; each starts with its image made, not attached, not open, unless a script says otherwise. */
export function allCases(places: Places): readonly Case[] {
  return [...attachCases(places), ...verbCases(places), ...largeCases(places), ...roundTripCases(places)];
}

/** attach of an image that is attached, and programs that do no more than that. */
function attachCases(places: Places): readonly Case[] {
  const attached = { environment: { ...fromGaneti, VOL_NAME: attachedImage } };
  const userspace = { environment: { ...attached.environment, EXTP_ACCESS: 'userspace' } };
  const byPython = ['/usr/bin/python3', `${places.bench}/attach.py`] as const;
  const byBash = ['/bin/bash', `${places.bench}/attach.sh`] as const;
  return [
    { name: baseline, argv: [places.node, `${places.bench}/empty.cjs`], environment: {} },
    { name: pythonAttach, argv: byPython, ...attached },
    { name: 'attach, bash', argv: byBash, ...attached },
    measured(places, warmAttach, 'attach', { VOL_NAME: attachedImage }),
    { name: `${pythonAttach}, userspace`, argv: byPython, ...userspace },
    { name: 'attach, bash, userspace', argv: byBash, ...userspace },
    measured(places, `${warmAttach}, userspace`, 'attach', userspace.environment),
  ];
}

/** Every verb, with its work before it and with its work done. */
function verbCases(places: Places): readonly Case[] {
  const run = (verb: Verb, variables: Variables = {}): string =>
    command(places, verb, { VOL_NAME: image, ...variables });
  const verb = (name: string, called: Verb, variables: Variables = {}, scripts: Partial<Case> = {}): Case =>
    measured(places, name, called, variables, scripts);
  const create = run('create', { VOL_SIZE: mebibytes });
  const snapshot = { VOL_SNAPSHOT_NAME: `${image}.snap`, VOL_SNAPSHOT_SIZE: mebibytes };
  const removeSnapshot = run('remove', { VOL_NAME: `${image}.snap` });
  const labelled = { VOL_METADATA: 'one' };
  return [
    verb('attach, to do', 'attach', {}, { after: run('detach') }),
    verb('detach, not attached', 'detach'),
    verb('detach, to do', 'detach', {}, { before: run('attach') }),
    verb('create, there', 'create', { VOL_SIZE: mebibytes }),
    verb('create, to do', 'create', { VOL_SIZE: mebibytes }, { before: run('remove') }),
    verb('remove, not there', 'remove', { VOL_NAME: `no-${image}` }),
    verb('remove, to do', 'remove', {}, { after: create }),
    verb('grow, large enough', 'grow', { VOL_SIZE: mebibytes, VOL_NEW_SIZE: mebibytes }),
    verb('grow, to do', 'grow', { VOL_NEW_SIZE: mebibytes + 1 }, { after: run('remove') + create }),
    verb('setinfo, the same', 'setinfo', labelled, { before: run('setinfo', labelled) }),
    verb('setinfo, to do', 'setinfo', labelled, { before: run('setinfo', { VOL_METADATA: 'two' }) }),
    verb('verify', 'verify'),
    verb('snapshot, there', 'snapshot', snapshot, { before: run('snapshot', snapshot) }),
    verb('snapshot, to do', 'snapshot', snapshot, { before: removeSnapshot, after: removeSnapshot }),
    verb('open, is open', 'open', {}, { before: run('open') }),
    verb('open, to do', 'open', {}, { before: run('close') }),
    verb('close, not open', 'close', {}, { before: run('close') }),
    verb('close, to do', 'close', {}, { before: run('open') }),
    verb(createLarge, 'create', { VOL_SIZE: 10240 }, { before: run('remove'), after: run('remove') + create }),
  ];
}

/** What qemu-img takes for a large image. */
function largeCases(places: Places): readonly Case[] {
  const file = 'bench-qemu.raw';
  const uri = `gluster://${places.server}:24007/${places.volume}/${file}`;
  return [
    {
      name: qemuCreate,
      argv: ['/usr/bin/qemu-img', 'create', '-q', '-f', 'raw', uri, '10G'],
      environment: { LC_ALL: 'C', HOME: '/root' },
      after: `rm -f ${mountOf(places)}/${file}`,
      every: 10,
    },
  ];
}

/** The round trips of verbs, by a program that makes nothing else. */
function roundTripCases(places: Places): readonly Case[] {
  const roundTrips = ['/usr/bin/python3', `${places.bench}/round-trips.py`] as const;
  const likeImages = `cd ${mountOf(places)}; mkdir -p bench/.nodes bench/${image}/lease; touch bench/.nodes/node
    cd bench/${image}; touch disk image.json; [ -e lease/taken ] || touch lease/free\n`;
  return [
    { name: python, argv: roundTrips, environment: {} },
    ...asking.map((verb) => ({
      name: roundTripsOf(verb),
      argv: [...roundTrips, verb, `${mountOf(places)}/bench`] as const,
      environment: {},
      before: likeImages,
    })),
  ];
}

function mountOf({ volume }: Places): string {
  return `${mountsDirectory}/default/${volume}`;
}
