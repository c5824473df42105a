import { BlockList, isIP } from 'node:net';
import { Problem } from './problem.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * A Problem unless the URL is one of this machine's loopback. Names other than localhost are refused without asking
 * DNS: demo people have a password that everybody knows.
 */
export function requireLoopback(url: string): void {
  const { hostname, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const isLoopback =
    family === 0 ? host === 'localhost' : loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
  if (!isLoopback || !/^https?:$/.test(protocol)) {
    throw new Problem(
      `Demo data is for a Keycloak on this machine only (127.0.0.1, ::1, localhost), not for ${host}.`,
    );
  }
}
