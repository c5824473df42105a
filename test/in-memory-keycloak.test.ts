import { describeGateway } from './contract/gateway.ts';
import { shippedCatalogue } from './support/catalogue.ts';
import { InMemoryKeycloak } from './support/in-memory-keycloak.ts';

const keycloak = new InMemoryKeycloak(shippedCatalogue);
describeGateway('a Keycloak in memory', () => keycloak.connect);
