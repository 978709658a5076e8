import { brickKilledCopying, clientKilledCopying } from './scenarios/backup.ts';
import { brickFull } from './scenarios/full.ts';
import { brickKilledMigrating, sourceClientKilled, targetClientKilled, targetLost } from './scenarios/migration.ts';
import { nodeLost } from './scenarios/nodes.ts';
import { brickKilled, clientKilled, glusterdKilled } from './scenarios/processes.ts';
import { quorumLost } from './scenarios/quorum.ts';
import type { ClusterScenario } from './stage.ts';

/** Every failure that is caused, in the order of docs/failures.md. */
export const clusterScenarios: readonly ClusterScenario[] = [
  brickKilled,
  brickKilledMigrating,
  brickKilledCopying,
  glusterdKilled,
  clientKilled,
  nodeLost,
  quorumLost,
  brickFull,
  sourceClientKilled,
  targetClientKilled,
  targetLost,
  clientKilledCopying,
];

/** The quick ones, for `npm test`. */
export const quickScenarios: readonly ClusterScenario[] = [brickKilled, clientKilled];
