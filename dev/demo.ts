import { BashSession } from './bash-session.ts';
import { findOnPath } from './keycloak/java.ts';
import { main, Problem } from './problem.ts';
import { answersOk } from './ready.ts';
import { addressesOf, readPorts, realm } from './settings.ts';
import { readState } from './state.ts';
import { type Step, walk } from './walk.ts';

await main(async () => {
  for (const tool of ['bash', 'curl']) {
    if (!findOnPath(tool)) throw new Problem(`${tool} is needed for the walk, and is not on the PATH.`);
  }
  const addresses = addressesOf(readPorts(process.env, readState()?.ports));
  const { keycloak, service, tenantApi } = addresses;
  for (const url of [`${keycloak}/realms/${realm}`, `${service}/readyz`, `${tenantApi}/livez`]) {
    if (await answersOk(url)) continue;
    throw new Problem(
      `Not ready: ${url}\nStart everything first: npm run up -- --detach, or docker compose --profile demo up -d --build`,
    );
  }
  await using bash = new BashSession();
  const steps = walk(addresses);
  try {
    for (const step of steps) await perform(step, bash);
  } catch (error) {
    // The walk deletes the account at its end: what was cut short must not leave one behind.
    const account = `${service}/api/v1/tenants/acme/service-accounts/$ID`;
    await bash.run(`[ -z "$ID" ] || curl -sS -X DELETE "${account}" -H "Authorization: Bearer $PERSON"`);
    throw error;
  }
  console.log(`\n${steps.length} steps, each as it should be.`);
  return 0;
});

async function perform(step: Step, bash: BashSession): Promise<void> {
  const output = await bash.run(step.command);
  const status = /HTTP (\d{3})\s*$/m.exec(output)?.[1];
  const fault = findFault(step, output, status);
  console.log(`${fault ? 'FAILED' : 'ok'}  ${step.title}${status ? ` (HTTP ${status})` : ''}`);
  if (fault) throw new Problem(`${fault}\n$ ${step.command}\n${output.trim()}`);
}

function findFault(step: Step, output: string, status: string | undefined): string | undefined {
  if (step.status !== undefined && status !== String(step.status)) {
    return `Expected HTTP ${step.status}, got ${status ?? 'no answer'}.`;
  }
  if (step.prints && !step.prints.test(output)) return `Expected to find ${step.prints} in the output.`;
  if (step.hides?.test(output)) return `Found ${step.hides} in the output.`;
  return undefined;
}
