/** A way to an image; fio's engine for libgfapi is what the others are compared to. */
export type Way = {
  readonly name: string;
  readonly image: string;
} & (
  | {
      /** What fio has to be told to go it. */
      readonly fio: (places: Places, depth: number) => readonly string[];
    }
  | {
      /** What QEMU opens; `qemu-img bench` has its block layer, as a guest does, and no other process between. */
      readonly address: (places: Places) => string;
    }
);

/** What is done with the image. */
export interface Workload {
  readonly name: string;
  readonly unit: string;
  readonly write: boolean;
  readonly random: boolean;
  readonly bytes: number;
  /** After every write. */
  readonly fsync: boolean;
  readonly depth: number;
}

/** Where the lab's node has what is measured. */
export interface Places {
  readonly server: string;
  readonly volume: string;
  readonly mount: string;
  /** The device that attach printed for the image of `loop`. */
  readonly device: string;
  /** Where qemu-nbd listens. */
  readonly socket: string;
}

export const gfapi = 'gfapi';
export const qemu = 'QEMU';
export const nbd = 'qemu-nbd';
export const loop = 'loop';

export const randomWrites = '4 KiB random write';

/** How large every image is. */
export const mebibytes = 512;

/** The path of an image within its volume. */
export function pathOf(image: string): string {
  return `images/${image}/disk`;
}

/** The address of an image. */
export function addressOf(image: string, { server, volume }: Pick<Places, 'server' | 'volume'>): string {
  return `gluster://${server}:24007/${volume}/${pathOf(image)}`;
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
    fio: ({ server, volume }, depth) => [
      `--ioengine=${depth === 1 ? 'gfapi' : 'gfapi_async'}`,
      `--brick=${server}`,
      `--volume=${volume}`,
      `--filename=${pathOf('bench-gfapi.ext.disk0')}`,
    ],
  },
  {
    name: qemu,
    image: 'bench-qemu.ext.disk0',
    address: (places) => addressOf('bench-qemu.ext.disk0', places),
  },
  {
    name: nbd,
    image: 'bench-nbd.ext.disk0',
    fio: ({ socket }) => ['--ioengine=nbd', `--uri=nbd+unix:///?socket=${socket}`],
  },
  {
    name: 'FUSE file',
    image: 'bench-file.ext.disk0',
    fio: ({ mount }) => ['--ioengine=libaio', `--filename=${mount}/${pathOf('bench-file.ext.disk0')}`],
  },
  {
    name: loop,
    image: 'bench-loop.ext.disk0',
    fio: ({ device }) => ['--ioengine=libaio', `--filename=${device}`],
  },
];

const [small, large] = [4096, 1024 * 1024];

const kinds = [
  { name: randomWrites, write: true, random: true, bytes: small, depths: [1, 16] },
  { name: '4 KiB random read', write: false, random: true, bytes: small, depths: [1, 16] },
  { name: '4 KiB random write and fsync', write: true, random: true, bytes: small, fsync: true, depths: [1] },
  { name: '1 MiB sequential write', write: true, random: false, bytes: large, depths: [1, 16] },
  { name: '1 MiB sequential read', write: false, random: false, bytes: large, depths: [1, 16] },
] as const;

/** All that is done with every image. A request of 1 MiB a second is a MiB a second. */
export const workloads: readonly Workload[] = kinds.flatMap(({ depths, name, ...kind }) =>
  depths.map((depth) => ({
    fsync: false,
    ...kind,
    depth,
    unit: kind.bytes === small ? 'IOPS' : 'MiB/s',
    name: `${name}, depth ${depth}`,
  })),
);
