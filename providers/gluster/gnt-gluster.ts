import { runCommand } from './admin/main.ts';

void runCommand(process.argv.slice(2));
