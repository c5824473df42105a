import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const read = (file: string) => readFileSync(new URL(`../examples/${file}`, import.meta.url), 'utf8');

it('the examples for HAProxy and for Kubernetes check the health of Keycloak nodes alike', () => {
  const [, port, seconds, fall, rise] =
    /default-server check port (\d+) inter (\d+)s fall (\d+) rise (\d+)/.exec(
      read('reverse-proxy/haproxy.cfg'),
    ) ?? [];
  const [container] = parse(read('kubernetes/keycloak/stateful-set.yaml')).spec.template.spec.containers;
  const portOf = (name: string) =>
    container.ports.find((one: { name: string }) => one.name === name).containerPort;
  const { httpGet, periodSeconds, failureThreshold, successThreshold } = container.readinessProbe;
  expect(httpGet.path).toBe('/health/ready');
  expect(read('reverse-proxy/haproxy.cfg')).toContain(`uri ${httpGet.path} `);
  expect([portOf(httpGet.port), periodSeconds, failureThreshold, successThreshold]).toEqual(
    [port, seconds, fall, rise].map(Number),
  );
});
