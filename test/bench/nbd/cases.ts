import { loop, type Way, ways as waysOfData } from '../data/cases.ts';

/** The kernel's NBD: a device that is connected to a qemu-nbd of its own. */
export const kernelNbd = {
  name: '/dev/nbd0',
  image: 'bench-kernel.ext.disk0',
  fio: () => ['--ioengine=libaio', '--filename=/dev/nbd0'],
} as const satisfies Way;

/** What is compared, first with what: the block device that attach makes. */
export const ways: readonly Way[] = [
  ...waysOfData.filter(({ name }) => name === loop),
  kernelNbd,
  ...waysOfData.filter((way) => way.name !== loop && 'fio' in way),
];
