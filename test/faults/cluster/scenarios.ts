import { nodeLost } from './scenarios/nodes.ts';
import { brickKilled, clientKilled, glusterdKilled } from './scenarios/processes.ts';
import type { ClusterScenario } from './stage.ts';

/** Every failure that is caused, in the order of docs/failures.md. */
export const clusterScenarios: readonly ClusterScenario[] = [brickKilled, glusterdKilled, clientKilled, nodeLost];

/** The quick ones, for `npm test`. */
export const quickScenarios: readonly ClusterScenario[] = [brickKilled, clientKilled];
