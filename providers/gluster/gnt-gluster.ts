import { runAgent } from '#gluster/admin/agent.ts';
import { hook, runHook } from '#gluster/admin/hook.ts';
import { runCommand } from '#gluster/admin/main.ts';
import { printQemuArguments, qemuArguments } from '#gluster/admin/qemu-arguments.ts';
import { agent } from '#gluster/agent/ask.ts';

const [first = '', ...others] = process.argv.slice(2);
/** What is no command of the administrator. */
const hidden: Readonly<Record<string, () => Promise<never>>> = {
  [qemuArguments]: () => printQemuArguments(others),
  [agent]: runAgent,
  [hook]: () => runHook(),
};
void (hidden[first] ?? (() => runCommand(process.argv.slice(2))))();
