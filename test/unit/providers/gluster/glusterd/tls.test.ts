import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TlsNode, tlsStates, usesTls, volumeProblems } from '#gluster/glusterd/tls.ts';
import type { Volume } from '#gluster/glusterd/volumes.ts';
import { well } from './observed.ts';

const day = 24 * 3_600_000;
const directory = mkdtempSync(`${tmpdir()}/tls-`);
afterAll(() => rmSync(directory, { recursive: true }));

function openssl(...argv: readonly string[]): void {
  execFileSync('openssl', argv, { cwd: directory, stdio: 'ignore' });
}

/** Makes NAME.pem; of its own unless another one signs it. */
function certificate(name: string, by?: string): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'basicConstraints=critical,CA:TRUE'];
  const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', ...subject];
  const files = ['-keyout', `${name}.key`, '-days', '100'];
  if (by === undefined) {
    openssl(...request, '-x509', ...files, '-out', `${name}.pem`);
    return;
  }
  openssl(...request, ...files.slice(0, 2), '-out', `${name}.csr`);
  const signed = ['-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial'];
  writeFileSync(`${directory}/extensions`, 'basicConstraints=critical,CA:TRUE\n');
  openssl('x509', '-req', '-days', '100', ...signed, '-extfile', 'extensions', '-out', `${name}.pem`);
}

const text = (...names: readonly string[]): string =>
  names.map((name) => readFileSync(`${directory}/${name}.pem`, 'utf8')).join('');

beforeAll(() => {
  for (const name of ['root', 'other', 'self']) certificate(name);
  for (const name of ['node1', 'node2', 'middle']) certificate(name, 'root');
  certificate('below', 'middle');
  certificate('deeper', 'below');
});

function node(name: string, more: Partial<TlsNode> = {}): TlsNode {
  const files = { certificate: text(name), authorities: text('root'), key: { fits: true, isSecret: true } };
  return { node: name, directory: '/etc/ssl', management: true, ...files, now: Date.now(), ...more };
}

const secure = (more: Readonly<Record<string, string>> = {}): Volume =>
  well(3, { 'client.ssl': 'on', 'server.ssl': 'on', ...more }).volume;

/** What is wrong with the nodes, by their names. */
function problems(nodes: readonly TlsNode[], volumes: readonly Volume[] = []): readonly (readonly string[])[] {
  return tlsStates(nodes, volumes).map((state) => state.problems);
}

test('nodes with certificates of one authority trust each other', () => {
  const states = tlsStates([node('node1'), node('node2')], [secure({ 'auth.ssl-allow': 'node1,node2' }), secure()]);
  expect(states).toMatchObject([
    { node: 'node1', management: true, name: 'node1', problems: [] },
    { node: 'node2', management: true, name: 'node2', problems: [] },
  ]);
  expect(((states[0]?.expires ?? 0) - Date.now()) / day).toBeCloseTo(100, 0);
});

test('a certificate is trusted where its own copy, or one certificate between, leads to an authority', () => {
  const alone = node('self', { authorities: text('root', 'self') });
  expect(problems([alone])).toEqual([[]]);
  expect(problems([alone, node('node1')])).toEqual([
    ['node1 does not trust it: /etc/ssl/glusterfs.ca has no authority of its certificate'],
    [],
  ]);
  expect(problems([node('below', { certificate: text('below', 'middle') })])).toEqual([[]]);
  expect(problems([node('below', { authorities: text('root', 'middle') })])).toEqual([[]]);
  // A certificate that did not sign itself is no authority of its own, and two between are too many.
  for (const lost of [
    node('below'),
    node('below', { authorities: text('middle') }),
    node('deeper', { certificate: text('deeper', 'below', 'middle') }),
    node('node1', { authorities: text('other') }),
  ])
    expect(problems([lost])[0]).toHaveLength(1);
});

describe('what is told of a node', () => {
  const lacking = { certificate: null, authorities: null, key: null };
  test.each<[string, Partial<TlsNode>, readonly string[]]>([
    ['no GlusterFS', { ...lacking, directory: null }, ['GlusterFS is not installed']],
    ['no files', lacking, ['pem', 'ca', 'key'].map((end) => `it lacks /etc/ssl/glusterfs.${end}`)],
    ['a file of nothing', { certificate: 'x' }, ['/etc/ssl/glusterfs.pem has no certificate']],
    [
      'a strange key that all can read',
      { key: { fits: false, isSecret: false } },
      [
        '/etc/ssl/glusterfs.key is not the key of /etc/ssl/glusterfs.pem',
        'others than root can read /etc/ssl/glusterfs.key: chmod 600',
      ],
    ],
    ['plain management', { management: false }, ['it lacks the file secure-access, which other nodes have']],
  ])('%s', (_, more, expected) => {
    expect(problems([node('node1', more), node('node2')])[0]).toEqual(expected);
  });

  test('times are those of the clock of each node', () => {
    const at = (days: number): TlsNode => node('node1', { now: Date.now() + days * day });
    expect(problems([at(85)])).toEqual([[]]);
    expect(problems([at(90)])[0]?.[0]).toMatch(/^its certificate ends soon, on \d{4}-\d\d-\d\d$/);
    expect(problems([at(101)])[0]).toEqual([expect.stringMatching(/^its certificate ended on /)]);
    expect(problems([at(-1)])[0]).toEqual([expect.stringMatching(/^its certificate begins on .*, by its own clock$/)]);
    expect(problems([node('node2'), at(-1)])[0]).toEqual([
      'node1 does not trust it: by its clock the certificate is not valid now',
    ]);
  });

  test('a volume that does not let it in', () => {
    const volumes = [secure({ 'auth.ssl-allow': 'node2' }), well(3, { 'auth.ssl-allow': 'node2' }).volume];
    expect(problems([node('node1')], volumes)).toEqual([['auth.ssl-allow of volume v lacks node1']]);
    for (const allowed of ['*', 'node2, node1', 'node2 node?', 'n*1', 'node[12]'])
      expect(problems([node('node1')], [secure({ 'auth.ssl-allow': allowed })]), allowed).toEqual([[]]);
    for (const allowed of ['node', 'xnode1', 'node1.', 'n?1', 'node.*', 'NODE1'])
      expect(problems([node('node1')], [secure({ 'auth.ssl-allow': allowed })])[0], allowed).toHaveLength(1);
  });
});

test('only what encrypts something uses TLS', () => {
  const plain = node('node1', { management: false });
  expect(usesTls([plain], [well(3).volume])).toBe(false);
  expect(usesTls([plain, node('node2')], [])).toBe(true);
  expect(usesTls([plain], [secure()])).toBe(true);
});

test('clients and bricks of a volume have to agree', () => {
  expect(volumeProblems(secure())).toEqual([]);
  expect(volumeProblems(well(3).volume)).toEqual([]);
  expect(volumeProblems(secure({ 'server.ssl': 'off' }))).toEqual(['client.ssl is on, and server.ssl is off']);
});
