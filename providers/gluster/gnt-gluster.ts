import { runCommand } from '#gluster/admin/main.ts';
import { printQemuArguments, qemuArguments } from '#gluster/admin/qemu-arguments.ts';

const [first, ...others] = process.argv.slice(2);
void (first === qemuArguments ? printQemuArguments(others) : runCommand(process.argv.slice(2)));
