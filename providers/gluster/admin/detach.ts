import { detachHere, examineDetaching } from '#gluster/attach/detach.ts';
import { placesOf } from '#gluster/attach/places.ts';
import { lookHere } from '#gluster/node/attachments.ts';
import { Failure } from '#src/errors.ts';
import { isLocked } from '#src/lock.ts';
import { type Command, type CommandInput, dryRun, type Report } from './command.ts';
import { requireImageName } from './image-name.ts';

/** gnt-gluster image detach NAME */
export const imageDetach: Command = {
  name: 'image detach',
  summary: 'detach an image from this node, and give back its lease',
  operands: ['NAME'],
  options: { pool: 'detach it only if it is in this pool' },
  flags: dryRun,
  details: ['It refuses while something on this node uses the image.'],
  run: detach,
};

async function detach(input: CommandInput): Promise<Report> {
  const name = requireImageName(input.operands[0]);
  const { pool } = input.options;
  const here = await lookHere(name);
  const places = (await placesOf(here)).filter((place) => pool === undefined || place.pool === pool);
  const isKnown = here.record !== undefined || here.attachments.length > 0 || (pool === undefined && isLocked(name));
  if (places.length === 0 && (pool !== undefined || !isKnown)) throw nothingHere(name, pool);
  const dry = input.flags.has('dry-run');
  const devices = dry ? await examineDetaching(name) : here.attachments.map(({ device }) => device);
  if (!dry) await detachHere(name);
  return { json: { dryRun: dry, name, devices }, text: sentence(name, devices, dry) };
}

function nothingHere(name: string, pool: string | undefined): Failure {
  const where = pool === undefined ? '' : ` from pool ${pool}`;
  return new Failure('missing', `image ${name} is not attached to this node${where}`, {
    hint: 'gnt-gluster image list',
  });
}

function sentence(name: string, devices: readonly string[], dry: boolean): string {
  if (devices.length > 0) return `${dry ? 'would detach' : 'detached'} image ${name} from ${devices.join(', ')}\n`;
  const verbs = dry ? 'would give back' : 'gave back';
  return `image ${name} has no device on this node; ${verbs} its lease, if this node had one\n`;
}
