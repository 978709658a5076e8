import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalHost, hostInUri, hostOfUri, isIpv6 } from '#gluster/configuration/hosts.ts';

test('every IPv6 address stands in a URI in a form that Ganeti 3.1 takes, and comes back as it was', () => {
  fc.assert(
    fc.property(fc.ipV6(), (any) => {
      const address = canonicalHost(any.toLowerCase());
      expect(isIpv6(address)).toBe(true);
      expect(hostInUri(address)).toMatch(/^[a-z0-9-.]+$/);
      expect(hostOfUri(hostInUri(address))).toBe(address);
    }),
  );
});

test.each(['node1.lab', '192.0.2.7', 'fd00--1', 'x.ipv6.invalid', '.ipv6.invalid', 'a-b.ipv6.invalid'])(
  '%s stays as it is',
  (host) => {
    expect([hostInUri(host), hostOfUri(host), canonicalHost(host)]).toEqual([host, host, host]);
  },
);

test.each(['', ':', 'fd00::1%eth0', '[fd00::1]', 'FD00::1', 'fd00:1', '1.2.3.4', '::1/64', 'a::b::c'])(
  '%j is no IPv6 address',
  (text) => {
    expect(isIpv6(text)).toBe(false);
  },
);
