import { suites } from '../../lab/suites.ts';
import { run } from './commands.ts';
import { lab } from './lab.ts';

const mostTimes = 10;

/**
 * Changes the disks of a running guest. Ganeti 3.0 gives QEMU half a second to tell its version (_CallMonitorCommand of
 * hv_kvm), and refuses before it changes anything where a busy machine takes longer: then the same is typed again.
 */
export async function changeDisks(what: string, instance: string): Promise<void> {
  const { hotplug } = suites[lab().suite];
  for (let time = 1; ; time++) {
    try {
      await run(`gnt-instance modify ${hotplug}--disk ${what} ${instance}`);
      return;
    } catch (error) {
      if (time === mostTimes || !String(error).includes('Hotplug is not possible')) throw error;
    }
  }
}
