import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('writes the time of each line as RFC 3339 in UTC', () => {
  const logger = new URL('../../src/observability/logger.ts', import.meta.url);
  const script = `const { createLogger } = await import('${logger}'); createLogger({ logLevel: 'info' }, false).info('x');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(JSON.parse(stdout).time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});
