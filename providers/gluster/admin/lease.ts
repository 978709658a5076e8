import { missing } from '#gluster/images/find.ts';
import { imagesDirectory } from '#gluster/images/image.ts';
import { type Fact, leaseFactsOrTell } from '#gluster/leases/facts.ts';
import { knowledgeOfNodes } from '#gluster/leases/published-runs.ts';
import { type Command, type CommandInput, onlyPool, type Report } from './command.ts';
import { requireImageName } from './image-name.ts';
import { isForScript, type List, listReport } from './listing.ts';
import { imagesOn, isComplete, lookAtEach, poolsOf, problemsOf, readOrTell, requireFound } from './volumes.ts';

type Listed = Fact & { readonly image: string; readonly pool: string; readonly volume: string };

/** What `gnt-gluster lease list` shows. Ganeti, too, has node. */
const leaseFields: List<Listed> = {
  fields: [
    { name: 'image', key: 'image', heading: 'Image', meaning: 'name of the image' },
    { name: 'pool', key: 'pool', heading: 'Pool', meaning: 'pool of the image' },
    { name: 'volume', key: 'volume', heading: 'Volume', meaning: 'volume of the image' },
    { name: 'node', key: 'node', heading: 'Node', meaning: 'node that may use the image' },
    { name: 'mode', key: 'mode', heading: 'Mode', meaning: 'exclusive, or shared during a migration' },
    { name: 'since', key: 'since', heading: 'Since', meaning: 'time when the node got it in this mode' },
    { name: 'boot', key: 'boot', heading: 'Boot', meaning: 'run of which machine took it' },
    { name: 'machine', key: 'machine', heading: 'Machine', meaning: 'hash of the machine id of the node' },
    { name: 'state', key: 'state', heading: 'State', meaning: 'whether that node may be alive' },
    { name: 'remark', key: 'remark', heading: 'Remark', meaning: 'what else is known of the lease and its node' },
  ],
  usual: ['image', 'node', 'mode', 'since', 'state'],
};

/** gnt-gluster lease list [IMAGE] */
export const leaseList: Command = {
  name: 'lease list',
  summary: 'list which node may use which image, since when, and whether that node may be alive',
  operands: ['[IMAGE]'],
  options: onlyPool,
  list: leaseFields,
  run: listLeases,
};

async function listLeases(input: CommandInput): Promise<Report> {
  const [wanted] = input.operands.map(requireImageName);
  const looked = await lookAtEach(await poolsOf(input), async (mounted, tell) => {
    const here = wanted === undefined ? imagesOn(mounted, tell) : [readOrTell(mounted, wanted, tell) ?? []].flat();
    const known = knowledgeOfNodes(imagesDirectory(mounted));
    const facts = [...here].map(async (image) => ({
      image,
      leases: (await leaseFactsOrTell(image, known, tell)) ?? [],
    }));
    return await Promise.all(facts);
  });
  const images = wanted === undefined ? looked.found : requireFound(looked, missing(wanted));
  const found = images.flatMap(({ image: { name, mounted }, leases }) =>
    leases.map((lease) => ({ image: name, pool: mounted.pool.name, volume: mounted.volume, ...lease })),
  );
  const remarks = found.flatMap(({ image, remark }) => (remark === null ? [] : [`\n${image}: ${remark}\n`]));
  const { json, text } = await listReport(leaseFields, found, input, isComplete(looked) ? 'no leases\n' : '');
  return { json, text: isForScript(input) ? text : text + remarks.join(''), ...problemsOf(looked) };
}
