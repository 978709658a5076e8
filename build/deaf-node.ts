import { Failure } from '#src/errors.ts';

/**
 * Variables that Node reads before any code of an application runs, and that no option can take from it: the first ends
 * every executable that ignores NODE_OPTIONS with status 9, the others make it write files where they say.
 */
const variables = ['NODE_REPL_EXTERNAL_MODULE', 'NODE_V8_COVERAGE', 'NODE_COMPILE_CACHE'];

/**
 * A Node executable in which these variables have the empty name, which no variable can have. Throws a Failure of kind
 * unsupported unless it holds each name exactly once: then this Node is another than the one this was written for.
 */
export function withoutVariables(node: Buffer): Buffer {
  const deaf = Buffer.from(node);
  for (const name of variables) {
    const [place, ...others] = placesOf(name, node);
    if (place === undefined || others.length > 0)
      throw new Failure(
        'unsupported',
        `this Node is unknown to build/deaf-node.ts: it has the name ${name} ${others.length + 1} times`,
      );
    deaf[place] = 0;
  }
  return deaf;
}

/**
 * Where a text of the C++ code stands. The same text in V8's snapshot has its length before it, and is no name there.
 */
function placesOf(text: string, bytes: Buffer): readonly number[] {
  const terminated = Buffer.from(`\0${text}\0`);
  const places: number[] = [];
  for (let found = bytes.indexOf(terminated); found >= 0; found = bytes.indexOf(terminated, found + 1)) {
    const place = found + 1;
    if (bytes.readUInt32LE(place - 4) !== text.length) places.push(place);
  }
  return places;
}
