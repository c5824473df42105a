import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const inFolder = (file: string) => read(`examples/resource-servers/${file}`);
const dependency = (folder: string, name: string): string =>
  JSON.parse(inFolder(`${folder}/package.json`)).dependencies[name];
const found = (file: string, pattern: RegExp): string => pattern.exec(inFolder(file))?.[1] ?? 'none';

const used: [library: string, version: string][] = [
  ['Spring Boot', found('spring/pom.xml', /<parent>[\s\S]*?<version>(.+?)<\/version>/)],
  ['express-oauth2-jwt-bearer', dependency('express', 'express-oauth2-jwt-bearer')],
  ['@fastify/jwt', dependency('fastify', '@fastify/jwt')],
  ['get-jwks', dependency('fastify', 'get-jwks')],
  ['passport-jwt', dependency('passport', 'passport-jwt')],
  ['jwks-rsa', dependency('passport', 'jwks-rsa')],
  ['PyJWT', found('python/requirements.txt', /^PyJWT==(.+)$/m)],
  ['go-oidc', found('go/go.mod', /go-oidc\/v3 v(.+)$/m)],
];

it.each(used)('docs/verifying-tokens.md has settings for the %s that is run, %s', (library, version) => {
  const minor = version.split('.').slice(0, 2).join('.');
  expect(read('docs/verifying-tokens.md')).toMatch(
    new RegExp(`\\b${library} ${minor}\\b`.replace('\\b@', '@')),
  );
});
