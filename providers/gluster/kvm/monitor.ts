import { connect } from 'node:net';
import { parseObject } from '#src/files.ts';

const answerPatience = 2000;

/**
 * What a running QEMU has open, asked through its machine protocol (QMP): the name of every file, device and address
 * behind its disks, also of disks that it got or gave up while it ran. undefined when it gives no answer within two
 * seconds: it answers one at a time, and Ganeti may be the one.
 */
export async function openFiles(socket: string): Promise<readonly string[] | undefined> {
  const connection = connect(socket);
  const timer = setTimeout(() => connection.destroy(), answerPatience);
  try {
    for (const command of ['qmp_capabilities', 'query-named-block-nodes'])
      connection.write(`${JSON.stringify({ execute: command, id: command })}\n`);
    let text = '';
    connection.setEncoding('utf8');
    for await (const chunk of connection) {
      text += String(chunk);
      const files = filesIn(text);
      if (files !== undefined) return files;
    }
    return undefined;
  } catch {
    // It is gone, or was made without a monitor.
    return undefined;
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

/** Reads the answer among all that a monitor said so far; between them it may tell of events. */
export function filesIn(said: string): readonly string[] | undefined {
  const answers = said.split('\n').map((line) => parseObject(line));
  const nodes = answers.find((answer) => answer?.id === 'query-named-block-nodes')?.return;
  if (!Array.isArray(nodes)) return undefined;
  return nodes.flatMap((node: unknown) => {
    const file = typeof node === 'object' && node !== null && 'file' in node ? node.file : undefined;
    return typeof file === 'string' ? [file] : [];
  });
}
