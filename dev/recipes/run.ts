import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseEnv } from 'node:util';
import { createServiceAccountsClient } from '../../packages/client/src/index.ts';
import { accountsToken, personsTokens } from '../integrators/tokens.ts';
import { root } from '../paths.ts';
import { main, Problem } from '../problem.ts';
import { answersOk } from '../ready.ts';
import { addressesOf, readPorts, realm } from '../settings.ts';
import { readState } from '../state.ts';

const { keycloak, service } = addressesOf(readPorts(process.env, readState()?.ports));
const issuer = `${keycloak}/realms/${realm}`;

/** Programs that the recipes hand something to; in their place, what they are given is kept. */
const receivers = ['kubectl', 'vault', 'gh'];

interface Result {
  readonly output: string;
  /** What each program got on its standard input. */
  readonly received: (program: string) => string;
}

/** What there is to see after each of the page's sections was run. */
const sections: { heading: string; secretIn: (result: Result, folder: string) => string | undefined }[] = [
  {
    heading: 'First steps',
    secretIn: (_, folder) => parseEnv(readFileSync(join(folder, 'crm.env'), 'utf8')).ORKI_CLIENT_SECRET,
  },
  {
    heading: 'Kubernetes Secret',
    secretIn: ({ received }) => JSON.parse(received('kubectl')).stringData.ORKI_CLIENT_SECRET,
  },
  { heading: 'External Secrets', secretIn: ({ received }) => received('vault') },
  { heading: 'GitHub Actions', secretIn: ({ received }) => received('gh') },
  { heading: 'Terraform', secretIn: () => undefined },
];

/** Runs the commands of docs/command-line.md as they stand there, against what `npm run up` started. */
await main(async () => {
  if (!(await answersOk(`${service}/readyz`))) {
    throw new Problem(`Not ready: ${service}\nStart everything first: npm run up -- --detach`);
  }
  const accounts = createServiceAccountsClient({
    baseUrl: service,
    tenantId: 'acme',
    token: async () => (await personsTokens(issuer, 'admin@acme.test')).accessToken,
  });
  const folder = mkdtempSync(join(tmpdir(), 'orki-recipes-'));
  const operator = await accounts.create({ username: `recipes ${Date.now() % 1e6}`, mode: 'admin' });
  try {
    const env = environment(folder, operator);
    for (const { heading, secretIn } of sections) {
      const result = runSection(heading, folder, env);
      const [made] = (await accounts.page({ search: 'CRM sync' })).items;
      if (made === undefined) throw new Problem(`${heading}: there is no account CRM sync.`);
      const clientSecret = secretIn(result, folder);
      if (clientSecret !== undefined) {
        await accountsToken(issuer, { clientId: made.clientId, clientSecret });
        if (result.output.includes(clientSecret)) throw new Problem(`${heading}: the secret was shown.`);
      } else if (JSON.parse(result.output).client_id !== made.clientId) {
        throw new Problem(`${heading}: it printed ${result.output}`);
      }
      console.log(`ok  ${heading}`);
    }
  } finally {
    for await (const { id } of accounts.list({ search: 'CRM sync' })) await accounts.delete(id);
    await accounts.delete(operator.id);
    rmSync(folder, { recursive: true });
  }
  return 0;
});

function runSection(heading: string, folder: string, env: NodeJS.ProcessEnv): Result {
  const script = shellBelow(heading);
  const options = { cwd: folder, env, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], options);
  if (status !== 0) throw new Problem(`${heading} ended with exit code ${status}.\n${stdout}${stderr}`);
  return { output: stdout, received: (program) => readFileSync(join(folder, `${program}.input`), 'utf8') };
}

/** The commands for a shell that the page has below a heading, up to the next one. */
function shellBelow(heading: string): string {
  const page = readFileSync(join(root, 'docs', 'command-line.md'), 'utf8');
  const [, text] = new RegExp(`^#{2,3} ${heading}\\n(.*?)(?=^#{2,3} |(?![^]))`, 'ms').exec(page) ?? [];
  const blocks = [...(text ?? '').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  if (blocks.length === 0) throw new Problem(`docs/command-line.md has no commands below "${heading}".`);
  return blocks.join('\n');
}

/** `orki-sa` as it is in this checkout, with the credential of an account, and programs that keep what they are given. */
function environment(
  folder: string,
  { clientId, clientSecret, tokenUrl }: { clientId: string; clientSecret: string; tokenUrl: string },
): NodeJS.ProcessEnv {
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  const program = (name: string, script: string) => {
    const path = join(programs, name);
    if (existsSync(path)) throw new Error(`${name} is there twice`);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  };
  program('orki-sa', `exec '${process.execPath}' '${join(root, 'packages', 'cli', 'src', 'main.ts')}' "$@"`);
  for (const name of receivers) program(name, `cat > '${join(folder, name)}.input'`);
  return {
    PATH: `${programs}${delimiter}${process.env.PATH}`,
    HOME: folder,
    ORKI_URL: service,
    ORKI_TOKEN_URL: tokenUrl,
    ORKI_CLIENT_ID: clientId,
    ORKI_CLIENT_SECRET: clientSecret,
  };
}
