import { describe, expect, test } from 'vitest';
import { announcement } from '../../dev/announcement.ts';
import { addressesOf, readPorts } from '../../dev/settings.ts';

describe.each([true, false])('what stands last after npm run up, detached: %s', (isDetached) => {
  const text = announcement(addressesOf(readPorts({ PORT: '3200' })), isDetached);

  test('names each address, the people with their password, and where logs and data are', () => {
    for (const part of [
      'http://127.0.0.1:3200/swagger',
      'http://127.0.0.1:8080/admin',
      'http://127.0.0.1:3001/swagger',
      '.local',
      'admin@acme.test',
      'viewer@acme.test',
      'password demo',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('says how to go on and how to stop', () => {
    for (const part of ['npm run demo', '--walk', 'npm run down']) expect(text).toContain(part);
  });

  test('stays in sight on a small terminal', () => {
    const lines = text.split('\n');
    expect(lines.length).toBeLessThan(20);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
