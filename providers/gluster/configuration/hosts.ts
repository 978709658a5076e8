/**
 * Stands for an IPv6 address in the URI of an image: Ganeti 3.1 takes nothing but a-z, 0-9, - and . for a host
 * (ParseStorageUriToBlockdevParam of lib/hypervisor/hv_kvm/kvm_utils.py), and QEMU 7.2 does not take the brackets off
 * that a URI has around an address. No name server knows a name with this ending (RFC 2606): gnt-gluster-kvm puts the
 * address in.
 */
const ending = '.ipv6.invalid';

/**
 * Whether a text is an IPv6 address, in lower case and without a zone. node:net would cost the warm attach a
 * millisecond.
 */
export function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(text) && URL.canParse(`http://[${text}]`);
}

/** A host as the URI of an image has it: an IPv6 address as a name. */
export function hostInUri(host: string): string {
  return isIpv6(host) ? `${host.replaceAll(':', '-')}${ending}` : host;
}

/** The host that a URI of ours means, or any other host as it is. */
export function hostOfUri(host: string): string {
  if (!host.endsWith(ending)) return host;
  const address = host.slice(0, -ending.length).replaceAll('-', ':');
  return isIpv6(address) ? address : host;
}

/** The shortest form of an IPv6 address, as the kernel has it too; any other host as it is. */
export function canonicalHost(host: string): string {
  return isIpv6(host) ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
}

/**
 * Whether a host name or address means the machine that uses it, or one beside it, so that it means another one on each
 * node.
 */
export function isLoopback(host: string): boolean {
  return /^localhost(\.|$)/.test(host) || host.startsWith('127.') || /^(::1?$|fe[89ab][0-9a-f]:)/.test(host);
}
