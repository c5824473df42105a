import { clearCaches } from '../keycloak/provisioning/clear-caches.ts';
import { explainFailure } from '../keycloak/provisioning/explain-failure.ts';
import { readSettings } from '../keycloak/provisioning/settings.ts';
import { readArguments, refuseArguments } from './read-arguments.ts';

const usage = `Clears the caches of Keycloak nodes, after these were cut off from each other or one was frozen.

  npm run caches -- http://10.0.0.11:8080 http://10.0.0.12:8080

Name every node by its own address, not by that of the balancer, which would choose one. Each forgets what it knew of the
realm's clients, roles, users and keys, and answers from the database from then on. It acts as the operator, by the same
settings as npm run provision. Running it again does no harm. Exit code 0: all caches are clear; 2: some are not.`;

function readNodes(): string[] | undefined {
  const parsed = readArguments({ options: {}, allowPositionals: true }, usage);
  if (parsed === undefined) return undefined;
  const nodes = parsed.positionals.map((address) => address.replace(/\/+$/, ''));
  if (nodes.length === 0) return refuseArguments('Name at least one node', usage);
  const wrong = nodes.find((address) => !/^https?:$/.test(URL.parse(address)?.protocol ?? ''));
  if (wrong !== undefined) {
    return refuseArguments(`${wrong} is not an http or https URL, such as http://10.0.0.11:8080`, usage);
  }
  return nodes;
}

/** Goes on after a node that fails: the caches of the others are no less stale. */
async function main(nodes: readonly string[]): Promise<number> {
  let failed = 0;
  try {
    const settings = readSettings(process.env);
    for (const node of nodes) {
      try {
        await clearCaches(settings, node);
        console.log(`${node}: clear`);
      } catch (error) {
        failed++;
        console.error(`${node}: not clear. ${explainFailure(error, node)}`);
      }
    }
  } catch (error) {
    console.error(explainFailure(error, undefined));
    return 2;
  }
  if (failed === 0) return 0;
  console.error('Restart each node that is not clear before it gets requests, or run the command again.');
  return 2;
}

const nodes = readNodes();
if (nodes !== undefined) process.exitCode = await main(nodes);
