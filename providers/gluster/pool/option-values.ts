/**
 * Whether two values of an option mean the same. GlusterFS takes several words for on and off, and shows the one that
 * was typed.
 */
export function isSame(value: string, wanted: string): boolean {
  if (isOn(wanted)) return isOn(value);
  if (isOff(wanted)) return isOff(value);
  return value.toLowerCase() === wanted;
}

export function isOn(value: string): boolean {
  return /^(on|enable|enabled|yes|true)$/i.test(value);
}

function isOff(value: string): boolean {
  return /^(off|disable|disabled|no|false)$/i.test(value);
}

export function isBetween(least: number, most: number): (value: string) => boolean {
  return (value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
}
