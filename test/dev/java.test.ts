import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findJava, findOnPath, parseJavaMajor } from '../../dev/keycloak/java.ts';

const folder = mkdtempSync(join(tmpdir(), 'java-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fakeJava(name: string, version: string): string {
  const home = join(folder, name);
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'bin', 'java'), '#!/bin/sh\n');
  chmodSync(join(home, 'bin', 'java'), 0o755);
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="Somebody"\nJAVA_VERSION="${version}"\n`);
  return home;
}

describe('parseJavaMajor', () => {
  test.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment', 17],
    ['java version "1.8.0_432"', 8],
    ['openjdk version "25" 2025-09-16', 25],
    ['IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="21.0.5"\n', 21],
    ['The operation could not be completed. Unable to locate a Java Runtime.', undefined],
  ])('reads %j', (text, major) => {
    expect(parseJavaMajor(text)).toBe(major);
  });
});

describe('findJava', () => {
  test("takes JAVA_HOME's Java when it is new enough", () => {
    const home = fakeJava('chosen', '21.0.5');
    expect(findJava({ JAVA_HOME: home })).toEqual({ home, major: 21 });
  });

  test("prefers a fitting Java on the PATH to JAVA_HOME's old one", () => {
    const old = fakeJava('old', '1.8.0_432');
    const fitting = fakeJava('fitting', '17.0.1');
    expect(findJava({ JAVA_HOME: old, PATH: join(fitting, 'bin') })).toEqual({ home: fitting, major: 17 });
  });
});

test('findOnPath passes over what is not executable', () => {
  writeFileSync(join(folder, 'tool'), '');
  expect(findOnPath('tool', folder)).toBeUndefined();
});
