import { Failure } from './errors.ts';
import { type ParameterDescription, parseParameters, type ValuesOf } from './parameters.ts';
import { quote } from './quote.ts';
import { type Mebibytes, mostMebibytes } from './units.ts';
import { type VariableName, type VerbDescription, type VerbName, verbs } from './verbs.ts';

/** What the variables hold once parsed. */
interface Fields {
  /** Name of the image: one safe path component. */
  readonly name: string;
  readonly size: Mebibytes;
  readonly newSize: Mebibytes;
  readonly uuid: string;
  readonly diskName: string;
  readonly metadata: string;
  readonly snapshotName: string;
  readonly snapshotSize: Mebibytes;
  readonly exclusive: boolean;
}

interface FieldOfVariable {
  VOL_NAME: 'name';
  VOL_SIZE: 'size';
  VOL_NEW_SIZE: 'newSize';
  VOL_UUID: 'uuid';
  VOL_CNAME: 'diskName';
  VOL_METADATA: 'metadata';
  VOL_SNAPSHOT_NAME: 'snapshotName';
  VOL_SNAPSHOT_SIZE: 'snapshotSize';
  VOL_OPEN_EXCLUSIVE: 'exclusive';
}

type Required<Verb extends VerbName> = FieldOfVariable[(typeof verbs)[Verb]['required'][number]];

/**
 * What Ganeti asks of one verb, parsed and checked: what the verb requires is there, the rest may be. What its
 * parameters are, the provider says.
 */
export type Request<Verb extends VerbName, Parameters> = Partial<Fields> &
  Pick<Fields, Required<Verb>> & { readonly parameters: Parameters };

type Parsed = { -readonly [Field in keyof Fields]?: Fields[Field] };
type Reader = (value: string, into: Parsed) => string | undefined;

const printable = (value: string): boolean => !/\p{Cc}|\uFFFD/u.test(value);

/**
 * A name that is one path component and can be nothing else: no slash, no leading dot or dash, short enough to add to.
 */
export function isImageName(value: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,179}$/.test(value);
}

/** The rule of isImageName, as in `VOL_NAME must ...`. */
export const imageNameRule = 'must start with a letter, a digit or _ and hold at most 180 of A-Z a-z 0-9 . _ + -';

function readSize(field: 'size' | 'newSize' | 'snapshotSize'): Reader {
  return (value, into) => {
    if (!/^[1-9][0-9]*$/.test(value)) return 'must be a positive whole number of MiB';
    if (Number(value) > mostMebibytes) return `must be at most ${mostMebibytes} MiB`;
    into[field] = Number(value);
    return undefined;
  };
}

function readText(field: 'uuid' | 'diskName' | 'metadata', pattern: RegExp, rule: string): Reader {
  return (value, into) => {
    if (!pattern.test(value) || !printable(value)) return rule;
    into[field] = value;
    return undefined;
  };
}

function readName(field: 'name' | 'snapshotName'): Reader {
  return (value, into) => {
    if (!isImageName(value)) return imageNameRule;
    into[field] = value;
    return undefined;
  };
}

const readers: Readonly<Record<VariableName, Reader>> = {
  VOL_NAME: readName('name'),
  VOL_SIZE: readSize('size'),
  VOL_NEW_SIZE: readSize('newSize'),
  VOL_UUID: readText('uuid', /^[A-Za-z0-9._-]{1,128}$/, 'must hold 1 to 128 of A-Z a-z 0-9 . _ -'),
  VOL_CNAME: readText('diskName', /^.{0,1024}$/su, 'must hold at most 1024 printable characters'),
  VOL_METADATA: readText('metadata', /^[-A-Za-z0-9_+.]{0,128}$/, 'must hold at most 128 of A-Z a-z 0-9 - _ + .'),
  VOL_SNAPSHOT_NAME: readName('snapshotName'),
  VOL_SNAPSHOT_SIZE: readSize('snapshotSize'),
  VOL_OPEN_EXCLUSIVE: (value, into) => {
    // Python's str(bool), as Ganeti writes it.
    if (value !== 'True' && value !== 'False') return 'must be True or False';
    into.exclusive = value === 'True';
    return undefined;
  },
};

/**
 * Parses the environment of one verb. Throws one Failure of kind invalid that lists every problem; nothing was
 * touched by then.
 */
export async function parseRequest<Verb extends VerbName, const Rows extends readonly ParameterDescription[]>(
  verb: Verb,
  environment: NodeJS.ProcessEnv,
  table: Rows,
): Promise<Request<Verb, ValuesOf<Rows>>> {
  const { required, optional }: VerbDescription = verbs[verb];
  const parsed: Parsed = {};
  const problems: string[] = [];
  for (const variable of [...required, ...optional]) {
    const value = environment[variable];
    if (value === undefined) {
      if (required.includes(variable)) problems.push(`${variable} is not set`);
      continue;
    }
    const problem = readers[variable](value, parsed);
    if (problem !== undefined) problems.push(`${variable} ${problem}, not ${quote(value)}`);
  }
  problems.push(...contradictions(verb, parsed));
  const parameters = await parseParameters(verb, environment, table);
  problems.push(...parameters.problems);
  if (problems.length > 0)
    throw new Failure(
      'invalid',
      `the request has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`,
      {
        problems,
        hint: `${verb} --help`,
      },
    );
  return { ...parsed, parameters: parameters.values } as Request<Verb, ValuesOf<Rows>>;
}

function contradictions(verb: VerbName, parsed: Parsed): readonly string[] {
  if (verb === 'grow' && parsed.size !== undefined && parsed.newSize !== undefined && parsed.newSize < parsed.size)
    return [`VOL_NEW_SIZE (${parsed.newSize}) is smaller than VOL_SIZE (${parsed.size}): an image never shrinks`];
  if (verb === 'snapshot' && parsed.snapshotName !== undefined && parsed.snapshotName === parsed.name)
    return ['VOL_SNAPSHOT_NAME is the same as VOL_NAME'];
  return [];
}
