import { brickKilledCopying, clientKilledCopying, glusterdKilledCopying, nodeLostCopying } from './scenarios/backup.ts';
import { brickFull, fullCopying, fullMigrating } from './scenarios/full.ts';
import { byLibgfapi } from './scenarios/libgfapi.ts';
import {
  brickKilledMigrating,
  glusterdKilledMigrating,
  sourceClientKilled,
  sourceLost,
  targetClientKilled,
  targetLost,
} from './scenarios/migration.ts';
import { nodeLost } from './scenarios/nodes.ts';
import { brickKilled, clientKilled, glusterdKilled } from './scenarios/processes.ts';
import { cutOffCopying, quorumLost, sourceCutOff, targetCutOff } from './scenarios/quorum.ts';
import type { ClusterScenario } from './stage.ts';

/** Every failure that is caused, in the order of docs/failures.md. */
export const clusterScenarios: readonly ClusterScenario[] = [
  brickKilled,
  byLibgfapi(brickKilled),
  brickKilledMigrating,
  brickKilledCopying,
  glusterdKilled,
  glusterdKilledMigrating,
  glusterdKilledCopying,
  clientKilled,
  nodeLost,
  quorumLost,
  byLibgfapi(quorumLost),
  sourceCutOff,
  targetCutOff,
  cutOffCopying,
  brickFull,
  fullMigrating,
  fullCopying,
  byLibgfapi(brickFull),
  sourceClientKilled,
  targetClientKilled,
  targetLost,
  sourceLost,
  clientKilledCopying,
  nodeLostCopying,
];

/** The quick ones, for `npm test`. */
export const quickScenarios: readonly ClusterScenario[] = [brickKilled, clientKilled];
