import { Failure } from '#src/errors.ts';
import { isImageName } from '#src/request.ts';

/** An operand that names an image. Throws a Failure of kind invalid when no image can have that name. */
export function requireImageName(text = ''): string {
  if (isImageName(text)) return text;
  throw new Failure('invalid', `${JSON.stringify(text)} cannot be the name of an image`);
}
