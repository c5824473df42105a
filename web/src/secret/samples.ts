/** What a sample is written with. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly username: string;
}

export interface Sample {
  readonly name: 'curl' | 'env' | 'kubernetes' | 'node';
  /** The name of the file in which it is kept; undefined for what is typed. */
  readonly file: string | undefined;
  readonly write: (credentials: Credentials) => string;
}

/** The curl of the product page. */
export const curlForToken = ({ clientId, clientSecret, tokenUrl }: Omit<Credentials, 'username'>): string =>
  `curl -X POST "${tokenUrl}" \\
  -H "Content-Type: application/x-www-form-urlencoded" \\
  -d "grant_type=client_credentials" \\
  -d "client_id=${clientId}" \\
  -d "client_secret=${clientSecret}"`;

/** The same for an account with keys (RFC 7523), given a JWT that it has signed. */
export const curlByAssertion = ({ clientId, tokenUrl }: Pick<Credentials, 'clientId' | 'tokenUrl'>): string =>
  `curl -X POST "${tokenUrl}" \\
  -H "Content-Type: application/x-www-form-urlencoded" \\
  -d "grant_type=client_credentials" \\
  -d "client_id=${clientId}" \\
  -d "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer" \\
  -d "client_assertion=YOUR_SIGNED_JWT"`;

/** The product page's call of the tenant's API. */
export const curlForApi = (tenantApiUrl: string, tenantId: string): string =>
  `curl -X GET "${tenantApiUrl}/api/v1/tenants/${tenantId}/customers" \\
  -H "Authorization: Bearer YOUR_ACCESS_TOKEN"`;

const env = ({ clientId, clientSecret, tokenUrl }: Credentials): string =>
  `ORKI_TOKEN_URL=${tokenUrl}
ORKI_CLIENT_ID=${clientId}
ORKI_CLIENT_SECRET=${clientSecret}
`;

/** Names of Kubernetes objects are DNS labels (RFC 1123); usernames may be of any script. */
const objectName = (username: string): string => {
  const label = username
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return label === '' ? 'orki-credentials' : `orki-${label}`;
};

const kubernetes = (credentials: Credentials): string =>
  `apiVersion: v1
kind: Secret
metadata:
  name: ${objectName(credentials.username)}
type: Opaque
stringData:
  ORKI_TOKEN_URL: ${credentials.tokenUrl}
  ORKI_CLIENT_ID: ${credentials.clientId}
  ORKI_CLIENT_SECRET: ${credentials.clientSecret}
`;

const node = ({ clientId, clientSecret, tokenUrl }: Credentials): string =>
  `const response = await fetch('${tokenUrl}', {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: '${clientId}',
    client_secret: '${clientSecret}',
  }),
});
const { access_token } = await response.json();
`;

export const samples: readonly Sample[] = [
  { name: 'curl', file: undefined, write: curlForToken },
  { name: 'env', file: '.env', write: env },
  { name: 'kubernetes', file: 'secret.yaml', write: kubernetes },
  { name: 'node', file: undefined, write: node },
];
