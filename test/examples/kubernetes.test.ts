import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { settings } from '../../src/config.ts';

const folder = new URL('../../examples/kubernetes/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const { resources } = parse(read('kustomization.yaml'));
// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds
const objects: any[] = resources.flatMap((name: string) =>
  parseAllDocuments(read(name), { merge: true }).map((document) => document.toJS()),
);
const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
const pods = [...ofKind('Deployment'), ...ofKind('Job')].map(({ kind, spec }) => ({
  kind,
  metadata: spec.template.metadata,
  spec: spec.template.spec,
}));
const given = read('settings.env')
  .split('\n')
  .filter(Boolean)
  .map((line) => line.split('=', 1)[0] ?? '');

describe('the example for Kubernetes', () => {
  it('names each file that is there', () => {
    const files = readdirSync(folder).filter(
      (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
    );
    expect([...resources].sort()).toEqual(files.sort());
  });

  it('runs every pod as the restricted profile of pod security wants it', () => {
    expect(pods).toHaveLength(2);
    for (const { spec } of pods) {
      expect(spec.automountServiceAccountToken).toBe(false);
      expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of spec.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    }
  });

  it('sets what the service knows, and no secret as a variable', () => {
    const [deployment] = ofKind('Deployment');
    const { env } = deployment.spec.template.spec.containers[0];
    const names: string[] = [...given, ...env.map(({ name }: { name: string }) => name)];
    expect(names.filter((name) => !(name in settings.shape))).toEqual([]);
    const all = pods.flatMap(({ spec }) => spec.containers).flatMap((container) => container.env);
    const secrets = all.filter(({ name }) => /SECRET|_KEYS?(_|$)|PASSWORD/.test(name));
    expect(secrets.length).toBeGreaterThan(2);
    for (const { name } of secrets) expect(name).toMatch(/_FILE$/);
  });

  it('probes what each probe is for', () => {
    const { livenessProbe, startupProbe, readinessProbe } =
      ofKind('Deployment')[0].spec.template.spec.containers[0];
    expect([livenessProbe, startupProbe].map(({ httpGet }) => httpGet.path)).toEqual(['/livez', '/livez']);
    expect(readinessProbe.httpGet.path).toBe('/readyz');
  });

  it('leads to the pods that are meant, by ports that they have', () => {
    const [service] = pods;
    const ports = service?.spec.containers[0].ports.map(({ name }: { name: string }) => name);
    const selectors = [
      ...ofKind('Service').map(({ spec }) => spec.selector),
      ...ofKind('PodDisruptionBudget').map(({ spec }) => spec.selector.matchLabels),
      ofKind('Deployment')[0].spec.selector.matchLabels,
    ];
    for (const selector of selectors) expect(service?.metadata.labels).toEqual(selector);
    const [api, metrics] = ofKind('Service');
    expect([api, metrics].map(({ spec }) => spec.ports[0].targetPort)).toEqual(ports);
    const [policy] = ofKind('NetworkPolicy');
    const inward = policy.spec.ingress.flatMap(({ ports: list }: { ports: { port: string }[] }) => list);
    expect(inward.map(({ port }: { port: string }) => port)).toEqual(ports);
  });

  it('lets Prometheus find the metrics under the job that the alert rules name', () => {
    const [monitor] = ofKind('ServiceMonitor');
    const [, metrics] = ofKind('Service');
    const { labels } = parse(read('kustomization.yaml'));
    const own = { ...labels[0].pairs, ...metrics.metadata.labels };
    expect(own).toEqual(monitor.spec.selector.matchLabels);
    expect(monitor.spec.endpoints[0].port).toBe(metrics.spec.ports[0].name);
    const alerts = readFileSync(new URL('../../examples/monitoring/alerts.yml', import.meta.url), 'utf8');
    expect(alerts).toContain(`job="${own[monitor.spec.jobLabel]}"`);
  });
});
