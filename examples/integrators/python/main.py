import os
import sys

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

issuer, api_url = os.environ["ISSUER"], os.environ["API_URL"]
if issuer.startswith("http://127.0.0.1"):
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

# Keeps the token, and asks for another one half a minute before it expires. One session serves many threads' calls
# only one at a time: give each thread its own, or a lock.
session = OAuth2Session(
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    token_endpoint=f"{issuer}/protocol/openid-connect/token",
    token_endpoint_auth_method="client_secret_post",
    grant_type="client_credentials",
    leeway=30,
)


def customers():
    """Calls the API; a 401 is answered with one new token, since the old one may have been ended early."""
    answer = session.get(api_url, timeout=10)
    if answer.status_code == 401:
        session.fetch_token(timeout=10)
        answer = session.get(api_url, timeout=10)
    answer.raise_for_status()
    return answer.json()["items"]


try:
    session.fetch_token(timeout=10)
    first = session.token["access_token"]
    found = customers()
    print(f"{len(found)} customers; one token for all calls: {str(first == session.token['access_token']).lower()}")
except OAuthError as error:
    # Trying again helps with neither: somebody has to act.
    if error.error == "unauthorized_client":
        print("The secret is wrong, or was regenerated.", file=sys.stderr)
        sys.exit(2)
    if error.error == "invalid_client":
        print("The account is deactivated or deleted.", file=sys.stderr)
        sys.exit(3)
    raise
