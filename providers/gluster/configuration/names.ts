/** What a pool, a volume and each directory may be called: one path component that no tool takes for anything else. */
export function isPlainName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(value);
}

/** The rule of isPlainName, as in `parameter pool must ...`. */
export const plainNameRule = 'must start with a letter, a digit or _ and hold at most 100 of A-Z a-z 0-9 . _ -';
