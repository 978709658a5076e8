/**
 * What a terminal acts on or hides: the control characters C0, DEL and C1 (U+009B starts an escape sequence) but
 * neither line end nor tab, the two separators that some take for line ends, and what turns the direction of writing
 * around.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const unseen = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text for a terminal: what it would act on or hide stands there as \uXXXX. In JSON that means the same. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A text as it was given, for a sentence: quoted, shortened, and with nothing in it that a terminal would act on. */
export function quote(text: string): string {
  return visible(JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}...` : text));
}
