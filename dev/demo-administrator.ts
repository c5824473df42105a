/** A new access token of the administrator of the demo tenant `acme`, in the realm of `npm run up`. */
export async function administratorsToken(issuer: string): Promise<string> {
  const form = {
    grant_type: 'password',
    client_id: 'orki-demo-cli',
    username: 'admin@acme.test',
    password: 'demo',
  };
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}
