import { type Bytes, type Mebibytes, mostMebibytes, toBytes } from '#src/units.ts';

/** A part of a volume that no image may take: so many percent of it, and so many bytes. */
export interface Reserve {
  readonly percent: number;
  readonly bytes: Bytes;
}

const mebibytesOfUnit: Readonly<Record<string, Mebibytes>> = { M: 1, G: 1024, T: 1024 * 1024 };

/** Reads "5%", "0.5%", "500M", "20G" or "1T" (of 1024); undefined for anything else. */
export function parseReserve(value: unknown): Reserve | undefined {
  if (typeof value !== 'string') return undefined;
  const [, percent, number, unit] = /^(?:([0-9]{1,2}(?:\.[0-9]{1,3})?)%|([0-9]{1,9})([MGT]))$/.exec(value) ?? [];
  if (percent !== undefined) return { percent: Number(percent), bytes: 0 };
  const mebibytes = Number(number) * (mebibytesOfUnit[unit ?? ''] ?? Number.NaN);
  return mebibytes <= mostMebibytes ? { percent: 0, bytes: toBytes(mebibytes) } : undefined;
}

/** Reads how often a volume may be promised: a number above 0, at most 1000; undefined for anything else. */
export function parseOvercommit(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value <= 1000 ? value : undefined;
}

const millisecondsOfUnit: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 24 * 3_600_000 };

/** Reads "30s", "30m", "24h" or "7d" as milliseconds, and "0"; undefined for anything else. */
export function parseDuration(value: unknown): number | undefined {
  if (value === '0' || value === 0) return 0;
  const [, number, unit = ''] = (typeof value === 'string' ? /^([0-9]{1,5})([smhd])$/.exec(value) : undefined) ?? [];
  const milliseconds = Number(number) * (millisecondsOfUnit[unit] ?? Number.NaN);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** Reads for how long a volume may give no answer: a time from five seconds to a day; undefined for anything else. */
export function parsePatience(value: unknown): number | undefined {
  const milliseconds = parseDuration(value) ?? 0;
  return milliseconds >= 5000 && milliseconds <= 24 * 3_600_000 ? milliseconds : undefined;
}

/** The bytes that a reserve is on a volume of a size. */
export function reserveOf({ percent, bytes }: Reserve, total: Bytes): Bytes {
  return Math.ceil((total / 100) * percent) + bytes;
}
