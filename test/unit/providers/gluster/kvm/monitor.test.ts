import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { filesIn, openFiles } from '#gluster/kvm/monitor.ts';
import { scratchDirectory } from '../../../help.ts';

const greeting = '{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}\r\n';
const ready = '{"return": {}, "id": "qmp_capabilities"}\r\n';
const event = '{"timestamp": {"seconds": 1}, "event": "STOP"}\r\n';
const answer =
  '{"return": [{"file": "/dev/loop1"}, {"ro": false}, {"file": "gluster://a/v/x"}], "id": "query-named-block-nodes"}\r\n';

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

/** A monitor that says some texts one after the other, and then no more. */
async function monitor(texts: readonly string[], { ends = false } = {}): Promise<string> {
  const socket = path.join(scratchDirectory(), 'qmp');
  const server = createServer((connection) => {
    connection.on('error', () => {});
    for (const text of texts) connection.write(text);
    if (ends) connection.end();
    undos.push(() => connection.destroy());
  });
  undos.push(() => server.close());
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  return socket;
}

describe('what a monitor says', () => {
  test.each([
    ['all at once', [greeting + ready + answer]],
    ['with an event between', [greeting, ready, event, answer]],
    ['in pieces', [greeting + ready + answer.slice(0, 30), answer.slice(30)]],
  ])('%s', async (_, texts) => {
    expect(await openFiles(await monitor(texts))).toEqual(['/dev/loop1', 'gluster://a/v/x']);
  });

  test.each([
    ['nothing, as when somebody else talks with it', [], {}],
    ['the greeting only', [greeting], { ends: true }],
    ['something else', ['qemu monitor> \r\n\0\r\n'], { ends: true }],
    ['an error', [greeting, '{"id": "query-named-block-nodes", "error": {"class": "GenericError"}}\n'], { ends: true }],
  ])('%s: no answer', async (_, texts, options) => {
    expect(await openFiles(await monitor(texts, options))).toBeUndefined();
  });

  test('nobody is there: no answer', async () => {
    expect(await openFiles('/nonexistent/qmp')).toBeUndefined();
  });
});

test('half an answer is none yet', () => {
  expect(filesIn(greeting + ready + answer.slice(0, -10))).toBeUndefined();
  expect(filesIn(greeting + ready + answer)).toHaveLength(2);
});
