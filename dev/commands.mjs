// Plain JavaScript for Node 20: the launcher reads it before anything is installed.

const flag = /** @type {const} */ ('boolean');
const text = /** @type {const} */ ('string');
const ports = /** @type {const} */ ({
  PORT: 'port of the service (3000)',
  TENANT_API_PORT: 'port of the example tenant API (3001)',
  KEYCLOAK_PORT: 'port of Keycloak (8080)',
});
const vitest = 'Vitest';

/**
 * Every npm script: the file that it runs, what `npm run` and `--help` say of it, and which arguments it accepts. An option
 * has the form of `parseArgs`, with `about` for the help, and `number` or `choices` for what its value has to be. `passesOn`
 * names the program that gets every argument which is not listed here. Where `explainsItself` is set, the file reads and
 * explains its arguments itself, because it also runs without the launcher.
 */
export const commands = /** @type {const} */ ({
  up: {
    file: 'dev/up.ts',
    summary: 'start Keycloak, the service and an example API on this machine',
    takes: '30 s; the first time 2 to 4 minutes',
    firstTime:
      'The first start takes 2 to 4 minutes: it installs the dependencies and fetches Keycloak (177 MB). Later ones take half a minute.',
    options: {
      detach: { type: flag, default: false, about: 'return when everything is ready, and leave it running' },
      walk: { type: flag, default: false, about: "print the commands of an account's life, to be pasted" },
    },
    settings: {
      ...ports,
      KEYCLOAK: 'container or distribution; by default the distribution where Java and Maven are installed',
      '…': 'every setting of the service (docs/configuration.md), such as LOG_LEVEL and CORS_ORIGINS',
    },
  },
  down: {
    file: 'dev/down.ts',
    summary: 'stop what npm run up has started',
    takes: '5 s',
    options: {
      reset: { type: flag, default: false, about: 'also delete its data and logs, for a fresh start' },
    },
  },
  demo: {
    file: 'dev/demo.ts',
    summary: "go through an account's life by curl, against what npm run up has started",
    takes: '5 s',
    settings: ports,
  },
  test: {
    file: 'node_modules/vitest/vitest.mjs',
    arguments: ['run'],
    summary: 'run the unit tests, and the live tests against a Keycloak of their own',
    takes: '5 to 10 minutes; unit tests alone 25 s',
    firstTime:
      'The first run takes 2 minutes longer: it installs the dependencies and fetches Keycloak (177 MB).',
    passesOn: vitest,
    options: {
      project: { type: text, value: 'unit|live', about: 'run only these tests' },
    },
    settings: { KEYCLOAK: 'container or distribution, for the live tests' },
  },
  check: {
    file: 'dev/check.ts',
    summary: 'check types, style and the API contract',
    takes: '10 s',
  },
  provision: {
    file: 'src/commands/provision.ts',
    summary: 'bring a Keycloak realm to the state that the service needs',
    takes: '5 s',
    explainsItself: true,
  },
  'orki-sa': {
    file: 'packages/cli/src/main.ts',
    summary: 'manage the service accounts of a tenant at the command line',
    takes: '1 s',
    explainsItself: true,
  },
  tenant: {
    file: 'src/commands/tenant.ts',
    summary: 'switch all service accounts of a tenant off or on',
    takes: '30 s',
    explainsItself: true,
  },
  caches: {
    file: 'src/commands/caches.ts',
    summary: 'clear the caches of Keycloak nodes after they were cut off from each other',
    takes: '3 s',
    explainsItself: true,
  },
  secrets: {
    file: 'dev/compose-secrets.mjs',
    summary: 'make the secrets and keys that docker compose mounts',
    takes: '1 s',
    options: {
      rotate: { type: flag, default: false, about: "take the next step in replacing the service's key" },
    },
  },
  openapi: {
    file: 'src/commands/openapi.ts',
    summary: 'write openapi/openapi.json from the routes',
    takes: '3 s',
  },
  client: {
    file: 'dev/client.ts',
    summary: 'write the types of packages/client from openapi/openapi.json',
    takes: '10 s',
    options: {
      check: { type: flag, default: false, about: 'change nothing; fail unless the types are current' },
      pack: { type: text, value: 'DIRECTORY', about: 'build the package and write its tarball there' },
    },
  },
  page: {
    file: 'dev/page.ts',
    summary: 'build the settings page, unless it is built from these sources',
    takes: '5 s',
    options: {
      check: {
        type: flag,
        default: false,
        about: 'build, measure and pack it; fail where something is wrong',
      },
      pack: { type: text, value: 'DIRECTORY', about: 'build the npm package and write its tarball there' },
    },
  },
  'test:web': {
    file: 'dev/test-web.ts',
    summary: 'test the settings page: its components, and in Chromium against a Keycloak of its own',
    takes: '5 minutes',
    passesOn: vitest,
    options: {
      screenshots: { type: flag, default: false, about: 'write docs/screenshots again' },
    },
    settings: { KEYCLOAK: 'container or distribution' },
  },
  compatibility: {
    file: 'dev/compatibility.ts',
    summary: 'fail if the contract breaks callers of the last release (needs Go)',
    takes: '5 s; the first time 2 minutes',
    options: {
      release: { type: flag, default: false, about: 'make this contract the released one' },
    },
  },
  schemathesis: {
    file: 'dev/schemathesis/run.ts',
    summary: 'send generated requests to what npm run up has started (needs Python)',
    takes: '3 minutes',
    settings: ports,
  },
  integrators: {
    file: 'dev/integrators/run.ts',
    summary: 'run the samples for integrators and resource servers against what npm run up has started',
    takes: '4 minutes',
    settings: ports,
  },
  recipes: {
    file: 'dev/recipes/run.ts',
    summary: 'run the recipes of docs/command-line.md against what npm run up has started',
    takes: '30 s',
    settings: ports,
  },
  'generated-clients': {
    file: 'dev/generated-clients/run.ts',
    summary: 'run clients that six generators make from the contract against what npm run up has started',
    takes: '2 minutes; the first time 5',
    details: 'They need Python, Go, and Java with Maven.',
    settings: ports,
  },
  races: {
    file: 'test/harness/races.ts',
    summary: 'look for lost writes, by racing changes of one account (needs PostgreSQL)',
    takes: '10 minutes',
    details: `Two replicas of the service and one Keycloak get pairs and triples of writes to one account at the same moment.
The same writes by raw calls of the Admin API show what is lost without the service.`,
    options: {
      rounds: { type: text, number: true, default: '1000', value: 'N', about: 'rounds through the service' },
      'raw-rounds': {
        type: text,
        number: true,
        default: '200',
        value: 'N',
        about: 'rounds of raw calls; 0 for none',
      },
      seed: { type: text, number: true, default: '1', value: 'N', about: 'seed of the random numbers' },
      minutes: { type: text, number: true, default: '40', value: 'N', about: 'stop after so long' },
      nodes: {
        type: text,
        number: true,
        default: '1',
        value: 'N',
        about:
          '2: two Keycloak nodes behind a balancer that may send each call to another node (Linux, as root)',
      },
      pinned: { type: flag, default: false, about: 'with two nodes, each replica has its own' },
      beside: {
        type: text,
        default: '',
        value: 'COMMIT',
        about: 'the second replica is the service as it was at that commit, as while replicas are updated',
      },
    },
  },
  partitions: {
    file: 'test/harness/cluster/run-matrix.ts',
    summary: 'look for lost writes on two Keycloak nodes that are cut apart or frozen (Linux, as root)',
    takes: '30 minutes',
    details: `Two Keycloak nodes on one database: what an acknowledged change is worth at the other node, before, during and after
they are cut off from each other, and after one was frozen. The truth is what the database holds.`,
    options: {
      each: {
        type: text,
        number: true,
        default: '10',
        value: 'N',
        about: 'how often each pair of changes is tried',
      },
      only: { type: text, value: 'cut|freeze', choices: ['cut', 'freeze'], about: 'only that' },
      short: {
        type: flag,
        default: false,
        about: 'only what depends on the partition, and without the balancer that checks no health',
      },
      unfenced: {
        type: flag,
        default: false,
        about: 'tell the service of one node (KEYCLOAK_NODES=1), to see what it loses then',
      },
      option: {
        type: text,
        multiple: true,
        value: 'OPTION',
        about: 'an option for kc.sh start, any number of times',
      },
    },
  },
  restarts: {
    file: 'test/harness/restarts.ts',
    summary:
      'look for lost writes and failed token requests while nodes and replicas restart (Linux, as root)',
    takes: '9 minutes; 3 with --short',
    details: `Two Keycloak nodes behind the balancer of examples/reverse-proxy, and two replicas of the service behind another,
under constant load, while each of them is restarted, and then each node and one replica killed.`,
    options: {
      short: {
        type: flag,
        default: false,
        about: 'restart one of each, with health checks four times as often',
      },
    },
  },
  faults: {
    file: 'test/harness/faults.ts',
    summary: 'look for half-made accounts, by breaking each call to Keycloak (needs PostgreSQL)',
    takes: '20 minutes',
    details: `It has five parts:
  matrix     breaks each call that an operation makes to Keycloak, in each of eleven ways
  abandoned  stops an operation for good after each call that changes something, and then cleans up
  kills      kills the service in the middle of operations (kill -9)
  outages    kills Keycloak, and restarts PostgreSQL, in the middle of operations
  endings    ends the service under load (SIGTERM), and suspends Keycloak
After each fault, the account has to be right in Keycloak, at once and after the request is repeated once. The run fails if
its time is over before it has done everything.`,
    options: {
      short: { type: flag, default: false, about: 'break one changing call for each operation and fault' },
      full: {
        type: flag,
        default: false,
        about: 'kill the service at every call, not once in each operation',
      },
      only: {
        type: text,
        value: 'PART',
        choices: ['matrix', 'abandoned', 'kills', 'outages', 'endings'],
        about: 'run only this part',
      },
      seed: { type: text, number: true, default: '1', value: 'N', about: 'seed of the random numbers' },
      lanes: { type: text, number: true, default: '12', value: 'N', about: 'accounts at the same time' },
      scale: { type: text, number: true, default: '0.5', value: 'N', about: 'factor for all time limits' },
      minutes: { type: text, number: true, default: '60', value: 'N', about: 'stop each part after so long' },
      slice: {
        type: text,
        default: '1/1',
        value: 'I/N',
        about: 'only this slice of the matrix, such as 2/4',
      },
    },
  },
  soak: {
    file: 'test/harness/soak.ts',
    summary: 'look for lost writes and leaks over 20,000 operations (needs PostgreSQL)',
    takes: '20 minutes',
    options: {
      operations: { type: text, number: true, default: '20000', value: 'N', about: 'operations in all' },
      restarts: { type: text, number: true, default: '4', value: 'N', about: 'kills of Keycloak' },
      concurrency: { type: text, number: true, default: '16', value: 'N', about: 'callers' },
      seed: { type: text, number: true, default: '1', value: 'N', about: 'seed of the random numbers' },
      minutes: { type: text, number: true, default: '60', value: 'N', about: 'stop after so long' },
    },
  },
  bench: {
    file: 'test/harness/bench.ts',
    summary: 'measure the service against the fewest calls of Keycloak (needs PostgreSQL, Linux)',
    takes: '30 minutes; 4 with --quick; 55 with --keycloak',
    details: `In one run and in turns: the service, the fewest raw calls that give the same guarantees, a bare forwarder that
makes these calls, and what a team would first write with the official client. Writes docs/benchmarks.md, and its plots into
docs/benchmarks. With --keycloak, settings of Keycloak against each other, into docs/keycloak-benchmarks.md; that needs a
whole JDK.`,
    options: {
      quick: {
        type: flag,
        default: false,
        about: 'few accounts and turns; prints the report and writes nothing',
      },
      keycloak: {
        type: flag,
        default: false,
        about: 'measure settings of Keycloak against each other, not the service',
      },
      only: {
        type: text,
        multiple: true,
        value: 'PART',
        choices: [
          'tokens',
          'algorithms',
          'events',
          'policies',
          'pool',
          'heap',
          'java',
          'cache',
          'statements',
        ],
        about: 'with --keycloak: only this part, any number of times',
      },
      accounts: {
        type: text,
        number: true,
        value: 'N',
        about: 'with --keycloak: accounts in the realm (100000; 5000 with --quick)',
      },
    },
  },
  attacks: {
    file: 'dev/attacks.ts',
    summary: 'try every known attack, and 10,000 random requests across tenants',
    takes: '4 minutes',
    passesOn: vitest,
    settings: { ATTACK_REQUESTS: 'random requests (10000)', ATTACK_SEED: 'seed of the random numbers' },
  },
  audit: {
    file: 'dev/audit.ts',
    summary: 'ask the npm registry for known vulnerabilities of what is shipped',
    takes: '5 s',
    passesOn: 'npm audit',
  },
});
