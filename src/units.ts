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
