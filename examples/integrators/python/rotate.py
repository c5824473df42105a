import hashlib
import os
import sys
from pathlib import Path

import requests
from authlib.integrations.requests_client import OAuth2Session

# Replaces the account's own secret, which needs the permission service-accounts:rotate-own. Run it from time to time,
# well before the secret expires. ACCOUNT_URL is …/api/v1/tenants/{tenantId}/service-accounts/{id}.
issuer, account_url = os.environ["ISSUER"], os.environ["ACCOUNT_URL"]
if issuer.startswith("http://127.0.0.1"):
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

# As long as your slowest instance takes to read the file again.
OVERLAP_SECONDS = 3600

secret_file = Path(os.environ["SECRET_FILE"])
secret = secret_file.read_text().strip()
session = OAuth2Session(
    client_id=os.environ["CLIENT_ID"],
    client_secret=secret,
    token_endpoint=f"{issuer}/protocol/openid-connect/token",
    token_endpoint_auth_method="client_secret_post",
    grant_type="client_credentials",
)
# A new one: the service takes no token that is older than the secret.
session.fetch_token(timeout=10)

answer = session.post(
    f"{account_url}/regenerate-secret",
    json={"overlapSeconds": OVERLAP_SECONDS},
    # Made from the secret that is replaced: if this program ends before it has stored the new one, running it again
    # within ten minutes repeats this rotation and leaves the overlap as it is.
    headers={"idempotency-key": hashlib.sha256(secret.encode()).hexdigest()},
    timeout=15,
)
if answer.status_code != requests.codes.ok:
    problem = answer.json()
    sys.exit(f"{answer.status_code} {problem['code']}: {problem['detail']}")
account = answer.json()

# Whoever reads the file meanwhile finds one secret or the other, whole.
new_file = secret_file.with_suffix(".new")
new_file.touch(mode=0o600)
new_file.write_text(account["clientSecret"])
new_file.replace(secret_file)
print(f"The secret was replaced; the one before works until {account['previousSecret']['validUntil']}.")
