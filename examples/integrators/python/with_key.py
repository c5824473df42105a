import os
import sys
from pathlib import Path

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

# As main.py, for an account with a public key: nothing that is sent can be used by whoever sees it. KEY_FILE is the
# private half of an ES256 key (PEM, PKCS #8), and KEY_ID the `kid` under which the public half is known.
issuer = os.environ["ISSUER"]
if issuer.startswith("http://127.0.0.1"):
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

token_url = f"{issuer}/protocol/openid-connect/token"
session = OAuth2Session(
    client_id=os.environ["CLIENT_ID"],
    # A text would be taken for an RSA key.
    client_secret=ECKey.import_key(Path(os.environ["KEY_FILE"]).read_text()),
    token_endpoint=token_url,
    token_endpoint_auth_method=PrivateKeyJWT(token_url, headers={"kid": os.environ["KEY_ID"]}, alg="ES256"),
    grant_type="client_credentials",
)

try:
    # To renew the token in time, do as main.py does.
    session.fetch_token(timeout=10)
except OAuthError as error:
    if error.error != "invalid_client":
        raise
    print("The key is not one of the account, or the account is deactivated or deleted.", file=sys.stderr)
    sys.exit(2)

answer = session.get(os.environ["API_URL"], timeout=10)
answer.raise_for_status()
print(f"{len(answer.json()['items'])} customers")
