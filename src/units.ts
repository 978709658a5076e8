/** A size in bytes. */
export type Bytes = number;
/** A size in MiB, as Ganeti gives every disk size. */
export type Mebibytes = number;

const bytesPerMebibyte = 1024 * 1024;

/** The largest size that stays exact in bytes. */
export const mostMebibytes: Mebibytes = Math.floor(Number.MAX_SAFE_INTEGER / bytesPerMebibyte);

export function toBytes(size: Mebibytes): Bytes {
  return size * bytesPerMebibyte;
}

/** Whole MiB of a size, rounded down. */
export function toMebibytes(size: Bytes): Mebibytes {
  return Math.floor(size / bytesPerMebibyte);
}

/** A size for people: `10 GiB`, `1.5 GiB`, `512 MiB`. Exact sizes stay exact, others are rounded to one decimal. */
export function formatBytes(size: Bytes): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = size;
  let unit = 0;
  while (Math.round(value * 10) >= 10240 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit] ?? 'B'}`;
}

/** The units in which Ganeti's lists show sizes, and ours: what reads best, MiB, GiB and TiB. */
export const units = ['h', 'm', 'g', 't'] as const;

type Unit = (typeof units)[number];

export function isUnit(text: string): text is Unit {
  return (units as readonly string[]).includes(text);
}

/**
 * A size in one unit without its name, as Ganeti rounds it (FormatUnit of lib/utils/text.py): whole MiB, tenths of
 * larger ones.
 */
export function formatBytesIn(size: Bytes, unit: Exclude<Unit, 'h'>): string {
  const mebibytes = size / bytesPerMebibyte;
  if (unit === 'm') return String(Math.round(mebibytes));
  return (mebibytes / (unit === 'g' ? 1024 : 1024 * 1024)).toFixed(1);
}

/** A time for people, in its two largest units: `3 d 4 h`, `5 min`. Nothing is negative: clocks of nodes differ. */
export function formatAge(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
  if (hours > 0) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${minutes} min`;
}
