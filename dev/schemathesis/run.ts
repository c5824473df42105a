import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { asAdministrator } from '../administrator.ts';
import { run } from '../child.ts';
import { addPerson } from '../demo-data.ts';
import { findOnPath } from '../keycloak/java.ts';
import { local, root } from '../paths.ts';
import { main, Problem } from '../problem.ts';
import { answersOk } from '../ready.ts';
import { type Addresses, addressesOf, readPorts, realm } from '../settings.ts';
import { readState } from '../state.ts';

/** Always the same requests, so that a red run can be repeated. */
const seed = 20261123;
const tenant = 'schemathesis';
const username = 'admin@schemathesis.test';
const here = import.meta.dirname;
const environment = join(local, 'schemathesis');

await main(async () => {
  const addresses = addressesOf(readPorts(process.env, readState()?.ports));
  for (const url of [`${addresses.keycloak}/health/ready`, `${addresses.service}/readyz`]) {
    if (!(await answersOk(url)))
      throw new Problem(
        `Not ready: ${url}\nStart everything first: RATE_LIMIT_PER_CALLER=1000000 RATE_LIMIT_PER_TENANT=1000000 npm run up -- --detach`,
      );
  }
  const schemathesis = await install();
  const person = { username, firstName: 'Sam', lastName: 'Schemathesis', tenant, roles: ['mode-admin'] };
  const { password } = await addPerson(asAdministrator(addresses.keycloak), person);
  const tokenUrl = `${addresses.keycloak}/realms/${realm}/protocol/openid-connect/token`;
  const signIn = { grant_type: 'password', client_id: 'orki-demo-cli', username, password };
  const code = await run(
    schemathesis,
    [
      `--config-file=${join(here, 'schemathesis.toml')}`,
      'run',
      join(root, 'openapi', 'openapi.json'),
      `--url=${addresses.service}`,
      `--seed=${seed}`,
      '--continue-on-failure',
    ],
    {
      cwd: local,
      env: {
        ...process.env,
        PYTHONPATH: here,
        SCHEMATHESIS_HOOKS: 'hooks',
        SIGN_IN: JSON.stringify(signIn),
        TOKEN_URL: tokenUrl,
        TENANT: tenant,
      },
      onOutput: (text) => process.stdout.write(text),
    },
  );
  await deleteAccounts(addresses, tokenUrl, signIn);
  return code;
});

/** The next run is to find the tenant as this one did. */
async function deleteAccounts({ service }: Addresses, tokenUrl: string, signIn: Record<string, string>) {
  const signedIn = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(signIn) });
  const { access_token: token } = (await signedIn.json()) as { access_token: string };
  const all = `${service}/api/v1/tenants/${tenant}/service-accounts`;
  const headers = { authorization: `Bearer ${token}` };
  for (;;) {
    const page = await fetch(`${all}?limit=100`, { headers });
    const { items } = (await page.json()) as { items: { id: string }[] };
    if (items.length === 0) return;
    for (const { id } of items) await fetch(`${all}/${id}`, { method: 'DELETE', headers });
  }
}

/** Schemathesis in an environment of the checkout, with exactly the packages of requirements.txt. */
async function install(): Promise<string> {
  const python = findOnPath('python3');
  if (!python) throw new Problem('Schemathesis needs Python 3.10 or newer, as python3 on the PATH.');
  const pip = join(environment, 'bin', 'pip');
  const commands: [string, string[]][] = [
    ...(existsSync(pip) ? [] : [[python, ['-m', 'venv', environment]] as [string, string[]]]),
    [
      pip,
      ['install', '--quiet', '--disable-pip-version-check', '--requirement', join(here, 'requirements.txt')],
    ],
  ];
  for (const [command, args] of commands) {
    const output: string[] = [];
    const code = await run(command, args, { onOutput: (text) => void output.push(text) });
    if (code !== 0) throw new Problem(`Schemathesis could not be installed.\n${output.join('')}`);
  }
  return join(environment, 'bin', 'schemathesis');
}
