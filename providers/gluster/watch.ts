import { configuredPatience } from '#gluster/configuration/load.ts';
import { hintOf } from '#gluster/glusterd/hints.ts';
import { watchWorker } from '#src/main.ts';

void watchWorker(process.argv.slice(2), () => configuredPatience(), hintOf);
