import { runCommand } from './admin/main.ts';
import { printQemuArguments } from './kvm/qemu-arguments.ts';

const [first, ...others] = process.argv.slice(2);
void (first === 'qemu-arguments' ? printQemuArguments(others) : runCommand(process.argv.slice(2)));
