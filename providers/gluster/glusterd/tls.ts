import { X509Certificate } from 'node:crypto';
import { isOff } from './options.ts';
import type { Volume } from './volumes.ts';

/** What a node has for TLS. Its key itself stays where it is. */
export interface TlsFacts {
  /** Where its GlusterFS looks for its files; null where GlusterFS is not installed. */
  readonly directory: string | null;
  /** Whether its glusterd and its clients encrypt what they say to glusterds. */
  readonly management: boolean;
  /** The texts of glusterfs.pem and glusterfs.ca, as PEM; null: there is no such file. */
  readonly certificate: string | null;
  readonly authorities: string | null;
  /** null: there is no glusterfs.key. */
  readonly key: { readonly fits: boolean; readonly isSecret: boolean } | null;
  /** Its clock: milliseconds since 1970. */
  readonly now: number;
}

/** A node, and what it has for TLS. */
export interface TlsNode extends TlsFacts {
  readonly node: string;
}

/** What is known of the TLS of a node. */
export interface TlsState {
  readonly node: string;
  readonly management: boolean;
  /** The common name of its certificate: what `auth.ssl-allow` of a volume contains. */
  readonly name: string | undefined;
  /** When its certificate ends: milliseconds since 1970. */
  readonly expires: number | undefined;
  /** What is wrong, a sentence without its end each. */
  readonly problems: readonly string[];
}

const day = 24 * 3_600_000;

/** A certificate that ends sooner is a problem today. */
const soon = 14 * day;

/** So many certificates may stand between that of a node and an authority: ssl-cert-depth of socket.c is 1. */
const depth = 1;

/** Whether anything encrypts: the glusterd or a client of a node, or a volume. */
export function usesTls(nodes: readonly TlsNode[], volumes: readonly Volume[]): boolean {
  return nodes.some(({ management }) => management) || volumes.some((volume) => isSecure(volume));
}

/** How each node stands. Every node has to trust every other one: each has clients, and any can be a server. */
export function tlsStates(nodes: readonly TlsNode[], volumes: readonly Volume[]): readonly TlsState[] {
  const isManaged = nodes.some(({ management }) => management);
  return nodes.map((each) => {
    const [own] = certificatesIn(each.certificate);
    const name = own === undefined ? undefined : commonName(own);
    return {
      node: each.node,
      management: each.management,
      name,
      expires: own === undefined ? undefined : Date.parse(own.validTo),
      problems: [
        ...(isManaged && !each.management ? ['it lacks the file secure-access, which other nodes have'] : []),
        ...fileProblems(each),
        ...(own === undefined ? [] : [...timeProblems(own, each), ...trustProblems(own, each, nodes)]),
        ...(name === undefined ? [] : volumes.filter(isSecure).flatMap((volume) => admission(volume, name))),
      ],
    };
  });
}

/** What is wrong with the options of a volume, a sentence without its end each. */
export function volumeProblems({ options }: Volume): readonly string[] {
  const [client, server] = [isSsl(options, 'client.ssl'), isSsl(options, 'server.ssl')];
  return client === server ? [] : [`client.ssl is ${words(client)}, and server.ssl is ${words(server)}`];
}

function words(on: boolean): string {
  return on ? 'on' : 'off';
}

function isSecure({ options }: Volume): boolean {
  return isSsl(options, 'client.ssl') || isSsl(options, 'server.ssl');
}

function isSsl(options: Volume['options'], option: string): boolean {
  return !isOff(options.get(option) ?? 'off');
}

/**
 * Whether the bricks of a volume let a node in by its common name: the option has patterns of fnmatch (gf_auth of
 * login.c). Where nothing is set, they let all in.
 */
function admission({ name: volume, options }: Volume, name: string): readonly string[] {
  const allowed = (options.get('auth.ssl-allow') ?? '*').split(/[ ,]+/);
  return allowed.some((pattern) => matches(name, pattern)) ? [] : [`auth.ssl-allow of volume ${volume} lacks ${name}`];
}

/** As fnmatch has it, but for classes such as [0-9]: a pattern with one is taken for any text. */
function matches(text: string, pattern: string): boolean {
  const parts = pattern.replace(/\[.*/, '*').split(/([*?])/);
  const known = parts.map((part) =>
    part === '*' ? '.*' : part === '?' ? '.' : part.replace(/[\\^$.|+(){}\]]/g, '\\$&'),
  );
  return new RegExp(`^${known.join('')}$`, 's').test(text);
}

function fileProblems({ directory, certificate, authorities, key }: TlsNode): readonly string[] {
  if (directory === null) return ['GlusterFS is not installed'];
  const at = (name: string): string => `${directory}/${name}`;
  return [
    ...(certificate === null ? [`it lacks ${at('glusterfs.pem')}`] : []),
    ...(authorities === null ? [`it lacks ${at('glusterfs.ca')}`] : []),
    ...(key === null ? [`it lacks ${at('glusterfs.key')}`] : []),
    ...(certificate !== null && certificatesIn(certificate).length === 0
      ? [`${at('glusterfs.pem')} has no certificate`]
      : []),
    ...(key !== null && certificate !== null && !key.fits
      ? [`${at('glusterfs.key')} is not the key of ${at('glusterfs.pem')}`]
      : []),
    ...(key !== null && !key.isSecret ? [`others than root can read ${at('glusterfs.key')}: chmod 600`] : []),
  ];
}

function timeProblems(own: X509Certificate, { now }: TlsNode): readonly string[] {
  const [from, to] = [Date.parse(own.validFrom), Date.parse(own.validTo)];
  if (now > to) return [`its certificate ended on ${dateOf(to)}`];
  if (now < from) return [`its certificate begins on ${dateOf(from)}, by its own clock`];
  return to - now < soon ? [`its certificate ends soon, on ${dateOf(to)}`] : [];
}

function trustProblems(own: X509Certificate, each: TlsNode, nodes: readonly TlsNode[]): readonly string[] {
  if (!isCurrent(own, each.now)) return [];
  const sent = certificatesIn(each.certificate).slice(1);
  return nodes
    .filter(
      (other) => other.authorities !== null && !isTrusted(own, [...sent, ...certificatesIn(other.authorities)], other),
    )
    .map((other) =>
      isCurrent(own, other.now)
        ? `${other.node} does not trust it: ${other.directory}/glusterfs.ca has no authority of its certificate`
        : `${other.node} does not trust it: by its clock the certificate is not valid now`,
    );
}

/** As OpenSSL has it: the last of a chain is an authority that signed itself, and that the other side has. */
function isTrusted(own: X509Certificate, between: readonly X509Certificate[], other: TlsNode, left = depth): boolean {
  if (!isCurrent(own, other.now)) return false;
  const anchors = certificatesIn(other.authorities).filter((one) => isIssued(one, one) && isCurrent(one, other.now));
  if (anchors.some((anchor) => anchor.fingerprint256 === own.fingerprint256 || isIssued(own, anchor))) return true;
  return left > 0 && between.some((one) => isIssued(own, one) && isTrusted(one, between, other, left - 1));
}

function isIssued(own: X509Certificate, by: X509Certificate): boolean {
  return own.checkIssued(by) && own.verify(by.publicKey);
}

function isCurrent({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** The certificates of a PEM text, in their order; none of a text that is none. */
function certificatesIn(text: string | null): readonly X509Certificate[] {
  const blocks = text?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

function commonName({ subject }: X509Certificate): string | undefined {
  return /^CN=(.*)$/m.exec(subject)?.[1];
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
