/** How long something took, for people: `12.3 s`. `started` is what performance.now() was. */
export function secondsSince(started: number): string {
  return inSeconds(performance.now() - started);
}

/** Milliseconds in seconds with one decimal: `12.3 s`. */
export function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
