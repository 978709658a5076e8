/** A way to an image; fio's engine for libgfapi is what the others are compared to. */
export type Way = {
  readonly name: string;
  readonly image: string;
  /** What fio has to be told to go it. */
  readonly options: (places: Places, depth: number) => readonly string[];
};

/** What is done with the image. */
export type Workload = {
  readonly name: string;
  readonly unit: string;
  readonly options: readonly string[];
  readonly depth: number;
};

/** Where the lab's node has what is measured. */
export type Places = {
  readonly server: string;
  readonly volume: string;
  readonly mount: string;
  /** The device that attach printed for the image of `loop`. */
  readonly device: string;
  /** Where the QEMU of `qemu` listens. */
  readonly socket: string;
};

export const gfapi = 'gfapi';
export const qemu = 'QEMU';
export const loop = 'loop';

export const randomWrites = '4 KiB random write';

/** The path of an image within its volume. */
export function pathOf(image: string): string {
  return `images/${image}/disk`;
}

/**
 * Every way has an image of its own: a client keeps the lock of a file for a moment after its last write
 * (cluster.eager-lock), and the next would begin with waiting for it.
 */
export const ways: readonly Way[] = [
  {
    name: gfapi,
    image: 'bench-gfapi.ext.disk0',
    // The one engine waits for each request, the other has several under way.
    options: ({ server, volume }, depth) => [
      `--ioengine=${depth === 1 ? 'gfapi' : 'gfapi_async'}`,
      `--brick=${server}`,
      `--volume=${volume}`,
      `--filename=${pathOf('bench-gfapi.ext.disk0')}`,
    ],
  },
  {
    name: qemu,
    image: 'bench-qemu.ext.disk0',
    options: ({ socket }) => ['--ioengine=nbd', `--uri=nbd+unix:///?socket=${socket}`],
  },
  {
    name: 'FUSE file',
    image: 'bench-file.ext.disk0',
    options: ({ mount }) => ['--ioengine=libaio', `--filename=${mount}/${pathOf('bench-file.ext.disk0')}`],
  },
  {
    name: loop,
    image: 'bench-loop.ext.disk0',
    options: ({ device }) => ['--ioengine=libaio', `--filename=${device}`],
  },
];

const kinds = [
  { name: randomWrites, unit: 'IOPS', options: ['--rw=randwrite', '--bs=4k'], depths: [1, 16] },
  { name: '4 KiB random read', unit: 'IOPS', options: ['--rw=randread', '--bs=4k'], depths: [1, 16] },
  {
    name: '4 KiB random write and fsync',
    unit: 'IOPS',
    options: ['--rw=randwrite', '--bs=4k', '--fsync=1'],
    depths: [1],
  },
  { name: '1 MiB sequential write', unit: 'MiB/s', options: ['--rw=write', '--bs=1m'], depths: [1, 16] },
  { name: '1 MiB sequential read', unit: 'MiB/s', options: ['--rw=read', '--bs=1m'], depths: [1, 16] },
] as const;

/** All that is done with every image. A request of 1 MiB a second is a MiB a second. */
export const workloads: readonly Workload[] = kinds.flatMap(({ name, unit, options, depths }) =>
  depths.map((depth) => ({ name: `${name}, depth ${depth}`, unit, options, depth })),
);
