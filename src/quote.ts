/** A text as it was given, for a sentence: quoted, shortened, and with nothing in it that a terminal would act on. */
export function quote(text: string): string {
  const shown = text.length > 64 ? `${text.slice(0, 64)}...` : text;
  // JSON leaves DEL and the C1 control characters as they are; U+009B starts an escape sequence.
  return JSON.stringify(shown).replace(/[\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
