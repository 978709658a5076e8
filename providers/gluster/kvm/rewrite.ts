import { hostOfUri } from '#gluster/configuration/hosts.ts';
import { type Server, usualPort } from '#gluster/configuration/servers.ts';

/** An image as an argument of QEMU names it. */
export interface NamedImage {
  readonly volume: string;
  /** Below the root of the volume. */
  readonly path: string;
  /** The one server that Ganeti knows of. */
  readonly server: Server;
}

/** A server as QEMU is told of it: also as the socket that the glusterd of this node has for its own clients. */
export type QemuServer = Server | { readonly socket: string };

/** How QEMU of this node gets at an image: by itself from one of these servers, or through its file on a mount. */
export type Way = { readonly servers: readonly QemuServer[] } | { readonly file: string };

type WayTo = (image: NamedImage) => Promise<Way>;

/**
 * The arguments of QEMU with every image on Gluster given in the way that `wayTo` names for it, in the one form that
 * all versions of QEMU take; all else as it was.
 *
 * Ganeti 3.0 writes `-drive file=gluster://HOST:PORT/VOLUME/PATH,...`, which has room for one server. Ganeti 3.1.0 to
 * 3.1.1 writes `-blockdev ...,file.server=[{'type': 'inet', 'host': 'HOST', 'port': 'PORT'}],...`: a Python list, which
 * no QEMU understands (FlattenDict in lib/hypervisor/hv_kvm/kvm_utils.py leaves lists alone). A Ganeti that is repaired
 * will write `file.server.0.host=HOST`.
 */
export async function rewriteArguments(args: readonly string[], wayTo: WayTo): Promise<readonly string[]> {
  const rewritten: string[] = [];
  for (const [index, argument] of args.entries()) {
    const option = args[index - 1];
    if (option === '-drive') rewritten.push(await rewriteDrive(argument, wayTo));
    else if (option === '-blockdev') rewritten.push(await rewriteBlockdev(argument, wayTo));
    else rewritten.push(argument);
  }
  return rewritten;
}

const uriPattern = /^file=gluster:\/\/(?:\[([0-9a-f:.]+)\]|([^:/,[\]]+))(?::(\d+))?\/([^/,]+)\/([^?]+)$/;

async function rewriteDrive(argument: string, wayTo: WayTo): Promise<string> {
  const options = optionsIn(argument);
  const index = options.findIndex((option) => uriPattern.test(option));
  const [whole, address, name, port, volume = '', path = ''] = uriPattern.exec(options[index] ?? '') ?? [];
  if (whole === undefined) return argument;
  const image = { volume, path, server: { host: address ?? hostOfUri(name ?? ''), port: Number(port ?? usualPort) } };
  return joined(options.toSpliced(index, 1, ...node('file.', image, await wayTo(image))));
}

const pythonList = /(?<=^|,)((?:file\.)*)server=\[\{'type': 'inet', 'host': '([^',]+)', 'port': '(\d+)'\}\](?=,|$)/;
const flatList =
  /(?<=^|,)((?:file\.)*)server\.0\.type=inet,\1server\.0\.host=([^,]+),\1server\.0\.port=(\d+)(?=,|$)(?!.*server\.1\.)/;

async function rewriteBlockdev(argument: string, wayTo: WayTo): Promise<string> {
  const [whole, prefix = '', host = '', port] = pythonList.exec(argument) ?? flatList.exec(argument) ?? [];
  if (whole === undefined) return argument;
  // Taken out of the whole it would leave two commas, which are one in a name.
  const others = argument.split(whole).flatMap(optionsIn);
  const [volume, path] = ['volume', 'path'].map((key) => valueIn(others, `${prefix}${key}`));
  if (volume === undefined || path === undefined) return argument;
  const image = { volume, path, server: { host: hostOfUri(host), port: Number(port) } };
  const ours = ['driver=gluster', `volume=${volume}`, `path=${path}`].map((option) => `${prefix}${option}`);
  const kept = others.filter((option) => !ours.includes(option));
  return joined([...kept, ...node(prefix, image, await wayTo(image))]);
}

/** The options in a value of QEMU, which a comma divides and in which a comma is doubled. */
function optionsIn(text: string): readonly string[] {
  const options = text.match(/(?:[^,]|,,)+/g) ?? [];
  return options.map((option) => option.replaceAll(',,', ','));
}

function joined(options: readonly string[]): string {
  return options.map((option) => option.replaceAll(',', ',,')).join(',');
}

function valueIn(options: readonly string[], key: string): string | undefined {
  return options.find((option) => option.startsWith(`${key}=`))?.slice(key.length + 1);
}

/**
 * The options of the node that is the image. QEMU's own locks are not for a file that other nodes have open as well.
 */
function node(prefix: string, { volume, path }: NamedImage, way: Way): readonly string[] {
  const options =
    'file' in way
      ? ['driver=file', `filename=${way.file}`, 'locking=off']
      : ['driver=gluster', `volume=${volume}`, `path=${path}`, ...way.servers.flatMap(serverOptions)];
  return options.map((option) => `${prefix}${option}`);
}

function serverOptions(server: QemuServer, index: number): readonly string[] {
  const options =
    'socket' in server
      ? ['type=unix', `path=${server.socket}`]
      : ['type=inet', `host=${server.host}`, `port=${server.port}`];
  return options.map((option) => `server.${index}.${option}`);
}
