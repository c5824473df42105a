import { join } from 'node:path';
import { run } from '../child.ts';
import { ensureDependencies } from '../dependencies.mjs';
import { root } from '../paths.ts';
import { Problem } from '../problem.ts';
import type { Addresses } from '../settings.ts';

const collection = join(root, 'examples', 'bruno');
const tool = join(root, 'dev', 'integrators', 'bruno');

/**
 * Runs the requests of examples/bruno in their order, as Bruno itself would, and stops at the first whose answer is not the
 * expected one.
 * @throws {Problem} with what Bruno printed; it prints no bodies, so no secrets.
 */
export async function runBrunoCollection({ keycloak, service, tenantApi }: Addresses, realm: string) {
  await ensureDependencies(tool);
  const variables = {
    issuer: `${keycloak}/realms/${realm}`,
    serviceUrl: service,
    apiUrl: `${tenantApi}/gateway`,
  };
  const settings = Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]);
  const bru = join(tool, 'node_modules', '@usebruno', 'cli', 'bin', 'bru.js');
  const output: string[] = [];
  const code = await run(process.execPath, [bru, 'run', '-r', '--bail', '--env', 'local', ...settings], {
    cwd: collection,
    onOutput: (text) => void output.push(text),
  });
  if (code !== 0) throw new Problem(`The collection ended with ${code}.\n${output.join('')}`);
  console.log("  ok  goes through an account's life");
}
