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

/** A shell command that runs a verb. */
export function command(places: Pick<Places, 'provider'>, verb: keyof typeof verbs, variables: Variables): string {
  const assignments = Object.entries({ ...fromGaneti, ...variables }).map(([name, value]) => `${name}=${value}`);
  return `env -i ${assignments.join(' ')} ${places.provider}/${verb}\n`;
}

/** All cases; each starts with its image made, not attached, not open, unless a script says otherwise. */
export function allCases(places: Places): readonly Case[] {
  const run = (verb: keyof typeof verbs, variables: Variables = {}) =>
    command(places, verb, { VOL_NAME: image, ...variables });
  const measured = (
    name: string,
    verb: keyof typeof verbs,
    variables: Variables,
    scripts: Partial<Case> = {},
  ): Case => {
    const texts = Object.entries({ VOL_NAME: image, ...variables }).map(
      ([key, value]) => [key, String(value)] as const,
    );
    const environment = { ...fromGaneti, ...Object.fromEntries(texts) };
    return { name, argv: [`${places.provider}/${verb}`], environment, ...scripts };
  };
  const attached = { environment: { ...fromGaneti, VOL_NAME: attachedImage } };
  const userspace = { environment: { ...attached.environment, EXTP_ACCESS: 'userspace' } };
  const create = run('create', { VOL_SIZE: mebibytes });
  const snapshot = { VOL_SNAPSHOT_NAME: `${image}.snap`, VOL_SNAPSHOT_SIZE: mebibytes };
  const removeSnapshot = run('remove', { VOL_NAME: `${image}.snap` });
  const qemuFile = 'bench-qemu.raw';
  const mount = `/run/ganeti-gluster/mnt/default/${places.volume}`;
  const roundTrips = ['/usr/bin/python3', `${places.bench}/round-trips.py`] as const;
  const likeImages = `cd ${mount}; mkdir -p bench/.nodes bench/${image}/lease; touch bench/.nodes/node
    cd bench/${image}; touch disk image.json; [ -e lease/taken ] || touch lease/free\n`;
  return [
    { name: baseline, argv: [places.node, `${places.bench}/empty.cjs`], environment: {} },
    { name: pythonAttach, argv: ['/usr/bin/python3', `${places.bench}/attach.py`], ...attached },
    { name: 'attach, bash', argv: ['/bin/bash', `${places.bench}/attach.sh`], ...attached },
    measured(warmAttach, 'attach', { VOL_NAME: attachedImage }),
    { name: `${pythonAttach}, userspace`, argv: ['/usr/bin/python3', `${places.bench}/attach.py`], ...userspace },
    { name: 'attach, bash, userspace', argv: ['/bin/bash', `${places.bench}/attach.sh`], ...userspace },
    measured(`${warmAttach}, userspace`, 'attach', userspace.environment),
    measured('attach, to do', 'attach', {}, { after: run('detach') }),
    measured('detach, not attached', 'detach', {}),
    measured('detach, to do', 'detach', {}, { before: run('attach') }),
    measured('create, there', 'create', { VOL_SIZE: mebibytes }),
    measured('create, to do', 'create', { VOL_SIZE: mebibytes }, { before: run('remove') }),
    measured('remove, not there', 'remove', { VOL_NAME: `no-${image}` }),
    measured('remove, to do', 'remove', {}, { after: create }),
    measured('grow, large enough', 'grow', { VOL_SIZE: mebibytes, VOL_NEW_SIZE: mebibytes }),
    measured('grow, to do', 'grow', { VOL_NEW_SIZE: mebibytes + 1 }, { after: run('remove') + create }),
    measured(
      'setinfo, the same',
      'setinfo',
      { VOL_METADATA: 'one' },
      { before: run('setinfo', { VOL_METADATA: 'one' }) },
    ),
    measured('setinfo, to do', 'setinfo', { VOL_METADATA: 'one' }, { before: run('setinfo', { VOL_METADATA: 'two' }) }),
    measured('verify', 'verify', {}),
    measured('snapshot, there', 'snapshot', snapshot, { before: run('snapshot', snapshot) }),
    measured('snapshot, to do', 'snapshot', snapshot, { before: removeSnapshot, after: removeSnapshot }),
    measured('open, is open', 'open', {}, { before: run('open') }),
    measured('open, to do', 'open', {}, { before: run('close') }),
    measured('close, not open', 'close', {}, { before: run('close') }),
    measured('close, to do', 'close', {}, { before: run('open') }),
    measured(createLarge, 'create', { VOL_SIZE: 10240 }, { before: run('remove'), after: run('remove') + create }),
    {
      name: qemuCreate,
      argv: [
        '/usr/bin/qemu-img',
        ...['create', '-q', '-f', 'raw', `gluster://${places.server}:24007/${places.volume}/${qemuFile}`, '10G'],
      ],
      environment: { LC_ALL: 'C', HOME: '/root' },
      after: `rm -f ${mount}/${qemuFile}`,
      every: 10,
    },
    { name: python, argv: roundTrips, environment: {} },
    ...asking.map((verb) => ({
      name: roundTripsOf(verb),
      argv: [...roundTrips, verb, `${mount}/bench`] as const,
      environment: {},
      before: likeImages,
    })),
  ];
}
