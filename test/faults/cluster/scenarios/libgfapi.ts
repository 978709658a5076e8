import { enter, modeOf, requireWay } from '../../../e2e/support/modes.ts';
import type { ClusterScenario } from '../stage.ts';

const mode = modeOf('libgfapi');

/** The same scenario with a guest whose QEMU opens the image by itself. What is typed and seen is the same. */
export function byLibgfapi(scenario: ClusterScenario): ClusterScenario {
  return {
    ...scenario,
    name: `${scenario.name} under libgfapi`,
    async prepare() {
      await enter(mode);
      await scenario.prepare?.();
    },
    async run(stage, guest) {
      await requireWay(guest, mode);
      await scenario.run(stage, guest);
    },
  };
}
