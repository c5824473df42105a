import { names } from '../../../../src/names.ts';
import { compareVariants } from './compare.ts';
import { median, timeRequests } from './load.ts';
import { measureTokenRate } from './token-rate.ts';
import type { Workbench } from './workbench.ts';

const attribute = 'access.token.signed.response.alg';
const warmUp = 50;

/**
 * Compares how tokens are signed: those of accounts, which Keycloak signs, and the service's own, which Keycloak verifies at
 * each call. It runs on with what is shipped.
 */
export async function compareAlgorithms(workbench: Workbench): Promise<string> {
  const { size, keycloak, ownClient, realm, service, account } = workbench;
  await workbench.restart();
  await addEd25519Key(workbench);
  const serviceClient = await realm.uuidOf(names.serviceClient);
  const variantsOf = (client: string, algorithms: readonly string[]) =>
    algorithms.map((algorithm, index) => ({
      name: index === 0 ? `${algorithm} (as shipped)` : algorithm,
      async apply() {
        const attributes = { [attribute]: algorithm };
        const { status } = await realm.admin('PUT', `/clients/${client}`, { attributes });
        if (status !== 204) throw new Error(`${algorithm} was refused: ${status}`);
        service.forgetToken();
        await timeRequests(warmUp, 2, workbench.get);
        await measureTokenRate(ownClient, { seconds: 1, concurrency: 8, pid: keycloak.javaPid() });
      },
    }));

  const ofAccounts = variantsOf(account, ['ES256', 'RS256', 'EdDSA']);
  // They take no restart, so that there can be more rounds.
  const rounds = { unmeasured: 2, measured: size.rounds + 2 };
  const signing = await compareVariants(ofAccounts, rounds, async () => {
    const load = { seconds: size.seconds, concurrency: 8, pid: keycloak.javaPid() };
    const { perSecond, cpuPerThousand, length } = await measureTokenRate(ownClient, load);
    return {
      'tokens a second': perSecond,
      'CPU s for 1,000 tokens': cpuPerThousand,
      'characters of a token': length,
    };
  });
  await ofAccounts[0]?.apply();
  const ofService = variantsOf(serviceClient, ['RS256', 'ES256', 'EdDSA']);
  const verifying = await compareVariants(ofService, rounds, async () => ({
    'GET p50, ms': median(await timeRequests(size.requests * 3, 1, workbench.get)),
  }));
  await ofService[0]?.apply();
  return `Tokens of accounts, which Keycloak signs:\n\n${signing}\n
The service's own token, which Keycloak verifies at each call:\n\n${verifying}`;
}

async function addEd25519Key({ realm }: Workbench): Promise<void> {
  const { body } = await realm.admin('GET', '');
  const { status } = await realm.admin('POST', '/components', {
    name: 'bench-eddsa',
    parentId: body.id,
    providerType: 'org.keycloak.keys.KeyProvider',
    providerId: 'eddsa-generated',
    config: { priority: ['100'], enabled: ['true'], active: ['true'], eddsaEllipticCurveKey: ['Ed25519'] },
  });
  if (status !== 201) throw new Error(`no Ed25519 key: ${status}`);
}
