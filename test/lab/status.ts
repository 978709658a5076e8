import { existsSync } from 'node:fs';
import { labDirectory } from './layout.ts';
import { labNode } from './node.ts';
import { pidFromFile } from './processes.ts';
import { type LabState, labNames, readState } from './state.ts';
import { type Suite, suites } from './suites.ts';

/** What `status` tells of a lab. */
export interface LabStatus {
  readonly name: string;
  /**
   * `starting` is a lab that is being made, or whose making was interrupted; `stopped` has only files left; `unknown`
   * is one that another version of this program made: `down` removes it.
   */
  readonly state: 'up' | 'starting' | 'stopped' | 'unknown';
  readonly ganeti: boolean;
  readonly suite: Suite | null;
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly pid: number | null }[];
}

/** All labs of the machine that left something on disk, by name. */
export function labStatus(): readonly LabStatus[] {
  return labNames().map((name) => {
    const directory = labDirectory(name);
    const state = readState(name);
    const runs = pidFromFile(`${directory}/hub.pid`, directory) !== undefined;
    const nodes = Array.from({ length: state?.nodes ?? 0 }, (_, index) => labNode(directory, index + 1));
    return {
      name,
      state: stateOf(name, state, runs),
      ganeti: state?.ganeti ?? false,
      suite: state?.suite ?? null,
      nodes: nodes.map((node) => ({ name: node.name, address: node.address, pid: node.pid ?? null })),
    };
  });
}

function stateOf(name: string, state: LabState | undefined, runs: boolean): LabStatus['state'] {
  if (state === undefined && existsSync(`${labDirectory(name)}/state.json`)) return 'unknown';
  if (!runs) return 'stopped';
  return state?.ready === true ? 'up' : 'starting';
}

/** The text of `status`: lines for people, or JSON. */
export function printStatus(labs: readonly LabStatus[], json: boolean): string {
  if (json) return `${JSON.stringify(labs, undefined, 2)}\n`;
  if (labs.length === 0) return 'no lab\n';
  const lines = labs.flatMap((lab) => [
    `${lab.name}: ${lab.state}${kindOf(lab)}`,
    ...lab.nodes.map((node) => `  ${node.name}  ${node.address}  ${node.pid === null ? 'off' : `pid ${node.pid}`}`),
  ]);
  return `${lines.join('\n')}\n`;
}

function kindOf({ suite, ganeti }: LabStatus): string {
  return suite === null ? '' : `, ${suites[suite].debian}${ganeti ? '' : ', without Ganeti'}`;
}
