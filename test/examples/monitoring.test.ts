import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { observedService } from '../support/observed-service.ts';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const alerts: { alert: string; expr: string; annotations: Record<string, string> }[] = parse(
  file('examples/monitoring/alerts.yml'),
).groups.flatMap(({ rules }: { rules: unknown[] }) => rules);
const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
  file('examples/monitoring/dashboard.json'),
);

/** Of Keycloak itself; `npm run partitions` finds these in two nodes. */
const isOfKeycloak = (expr: string) => expr.includes('job="keycloak"');

/** The names of a service that has done some of everything. */
async function metricNames(): Promise<Set<string>> {
  const { request, metrics, signingKeys, state } = await observedService();
  await request({});
  state.statusOf = ({ path }) => (path.includes('q=') ? 401 : 200);
  await request({});
  await Promise.resolve(signingKeys.keys({ alg: 'ES256', kid: 'any' }, {} as never)).catch(() => undefined);
  return vi.waitFor(async () => {
    const lines = (await metrics()).split('\n').filter((line) => !line.startsWith('#'));
    const names = new Set(lines.map((line) => line.split(/[{ ]/, 1)[0] ?? ''));
    expect(names).toContain('orki_service_accounts');
    return names;
  });
}

const named = (expressions: readonly string[]) =>
  new Set(expressions.flatMap((expr) => expr.match(/\b(?:orki|process|nodejs)_[a-z0-9_]+/g) ?? []));

describe('the examples of monitoring', () => {
  it('name metrics that the service has, each of them', async () => {
    const existing = await metricNames();
    const inDashboard = named(dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)));
    const inAlerts = named(alerts.map(({ expr }) => expr).filter((expr) => !isOfKeycloak(expr)));
    expect(inDashboard.size).toBeGreaterThan(12);
    expect(inAlerts.size).toBeGreaterThan(5);
    expect([...inDashboard.union(inAlerts).difference(existing)]).toEqual([]);
  });

  it('have a section in the operations guide for each alert, where its address leads', () => {
    const headings = [...file('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(alerts.length).toBeGreaterThan(5);
    for (const { alert, annotations } of alerts) {
      expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
      expect(headings).toContain(alert.toLowerCase());
    }
  });

  it('have a test by promtool for each alert', () => {
    const tested = [...file('examples/monitoring/alerts.test.yml').matchAll(/alertname: (\w+)/g)];
    expect(new Set(tested.map(([, name]) => name))).toEqual(new Set(alerts.map(({ alert }) => alert)));
  });
});
