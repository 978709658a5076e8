import { labDirectory } from './layout.ts';
import { labNode } from './node.ts';
import { pidFromFile } from './processes.ts';
import { labNames, readState } from './state.ts';
import { type Suite, suites } from './suites.ts';

export interface LabStatus {
  readonly name: string;
  /** `starting` is a lab that is being made, or whose making was interrupted; `stopped` has only files left. */
  readonly state: 'up' | 'starting' | 'stopped';
  readonly ganeti: boolean;
  readonly suite: Suite | null;
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly pid: number | null }[];
}

export function labStatus(): readonly LabStatus[] {
  return labNames().map((name) => {
    const directory = labDirectory(name);
    const state = readState(name);
    const runs = pidFromFile(`${directory}/hub.pid`, directory) !== undefined;
    const nodes = Array.from({ length: state?.nodes ?? 0 }, (_, index) => labNode(directory, index + 1));
    return {
      name,
      state: !runs ? 'stopped' : state?.ready === true ? 'up' : 'starting',
      ganeti: state?.ganeti ?? false,
      suite: state?.suite ?? null,
      nodes: nodes.map((node) => ({ name: node.name, address: node.address, pid: node.pid ?? null })),
    };
  });
}

export function printStatus(labs: readonly LabStatus[], json: boolean): string {
  if (json) return `${JSON.stringify(labs, undefined, 2)}\n`;
  if (labs.length === 0) return 'no lab\n';
  const lines = labs.flatMap((lab) => [
    `${lab.name}: ${lab.state}${lab.suite === null ? '' : `, ${suites[lab.suite].debian}`}${lab.ganeti ? '' : ', without Ganeti'}`,
    ...lab.nodes.map(
      (node) => `  ${node.name}  ${node.address}  ${node.pid === null ? 'off' : `pid ${String(node.pid)}`}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
