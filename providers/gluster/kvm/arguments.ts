import type { Server } from '../pool.ts';

/** An image as an argument of QEMU names it. */
export interface NamedImage {
  readonly volume: string;
  /** Below the root of the volume. */
  readonly path: string;
  /** The one server that Ganeti knows of. */
  readonly server: Server;
}

/**
 * The arguments of QEMU with every image on Gluster given in the one form that all versions of QEMU take, with all the
 * servers that `serversOf` names for it; all else as it was.
 *
 * Ganeti 3.0 writes `-drive file=gluster://HOST:PORT/VOLUME/PATH,...`, which has room for one server. Ganeti 3.1.0 to
 * 3.1.1 writes `-blockdev ...,file.server=[{'type': 'inet', 'host': 'HOST', 'port': 'PORT'}],...`: a Python list, which
 * no QEMU understands (FlattenDict in lib/hypervisor/hv_kvm/kvm_utils.py leaves lists alone). A Ganeti that is repaired
 * will write `file.server.0.host=HOST`.
 */
export async function rewriteArguments(
  args: readonly string[],
  serversOf: (image: NamedImage) => Promise<readonly Server[]>,
): Promise<readonly string[]> {
  const rewritten: string[] = [];
  for (const [index, argument] of args.entries()) {
    const option = args[index - 1];
    if (option === '-drive') rewritten.push(await rewriteDrive(argument, serversOf));
    else if (option === '-blockdev') rewritten.push(await rewriteBlockdev(argument, serversOf));
    else rewritten.push(argument);
  }
  return rewritten;
}

/** Whether arguments of QEMU may name an image on Gluster. */
export function mayNameImage(args: readonly string[]): boolean {
  return args.some((argument) => argument.includes('gluster'));
}

type Servers = (image: NamedImage) => Promise<readonly Server[]>;

const uriPattern = /(?<=^|,)file=gluster:\/\/(?:\[([0-9a-f:.]+)\]|([^:/,[\]]+))(?::(\d+))?\/([^/,]+)\/([^,?]+)(?=,|$)/;

async function rewriteDrive(argument: string, serversOf: Servers): Promise<string> {
  const [whole, address, name, port, volume = '', path = ''] = uriPattern.exec(argument) ?? [];
  if (whole === undefined) return argument;
  const server = { host: address ?? name ?? '', port: Number(port ?? 24007) };
  const servers = await serversOf({ volume, path, server });
  const options = ['file.driver=gluster', `file.volume=${volume}`, `file.path=${path}`, ...list('file.', servers)];
  return argument.replace(whole, () => options.join(','));
}

const pythonList = /(?<=^|,)((?:file\.)*)server=\[\{'type': 'inet', 'host': '([^',]+)', 'port': '(\d+)'\}\](?=,|$)/;
const flatList =
  /(?<=^|,)((?:file\.)*)server\.0\.type=inet,\1server\.0\.host=([^,]+),\1server\.0\.port=(\d+)(?=,|$)(?!.*server\.1\.)/;

async function rewriteBlockdev(argument: string, serversOf: Servers): Promise<string> {
  const [whole, prefix = '', host = '', port] = pythonList.exec(argument) ?? flatList.exec(argument) ?? [];
  const [volume, path] = ['volume', 'path'].map((key) => valueIn(argument, `${prefix}${key}`));
  if (whole === undefined || volume === undefined || path === undefined) return argument;
  const servers = await serversOf({ volume, path, server: { host, port: Number(port) } });
  return argument.replace(whole, () => list(prefix, servers).join(','));
}

function valueIn(argument: string, key: string): string | undefined {
  return argument
    .split(',')
    .find((part) => part.startsWith(`${key}=`))
    ?.slice(key.length + 1);
}

function list(prefix: string, servers: readonly Server[]): readonly string[] {
  return servers.flatMap(({ host, port }, index) => [
    `${prefix}server.${index}.type=inet`,
    `${prefix}server.${index}.host=${host}`,
    `${prefix}server.${index}.port=${port}`,
  ]);
}
