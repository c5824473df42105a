import demo from '../../keycloak/demo.json' with { type: 'json' };

/** The tokens of a person of the demo. */
export async function personsTokens(
  issuer: string,
  username: string,
): Promise<{ accessToken: string; idToken: string }> {
  const form = {
    grant_type: 'password',
    client_id: demo.client.clientId,
    username,
    password: demo.password,
    scope: 'openid',
  };
  const { access_token: accessToken, id_token: idToken } = await request(issuer, form);
  return { accessToken, idToken };
}

export async function accountsToken(issuer: string, account: { clientId: string; clientSecret: string }) {
  const form = {
    grant_type: 'client_credentials',
    client_id: account.clientId,
    client_secret: account.clientSecret,
  };
  return (await request(issuer, form)).access_token;
}

async function request(issuer: string, form: Record<string, string>) {
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  if (!answer.ok) throw new Error(`The token URL answered ${answer.status}.`);
  return (await answer.json()) as { access_token: string; id_token: string };
}
