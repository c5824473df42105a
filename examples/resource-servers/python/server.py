import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

ISSUER = os.environ["ISSUER"]

keys = jwt.PyJWKClient(f"{ISSUER}/protocol/openid-connect/certs", timeout=3)


def claims_of(authorization: str) -> dict:
    """The claims of a valid access token; raises jwt.PyJWTError for any other."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise jwt.InvalidTokenError("no bearer token")
    return jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["ES256"],
        issuer=ISSUER,
        audience="orki-api",
        leeway=30,
        options={"require": ["exp", "iss", "aud"]},
    )


def status_of(authorization: str, tenant: str, permission: str) -> int:
    try:
        claims = claims_of(authorization)
    except jwt.PyJWKClientConnectionError:
        return 503
    except jwt.PyJWTError:
        return 401
    # Without the first check, a permission in one tenant is a permission in all of them.
    allowed = claims.get("tenant_id") == tenant and permission in claims.get("permissions", [])
    return 200 if allowed else 403


class Api(BaseHTTPRequestHandler):
    def do_GET(self):
        path = re.fullmatch(r"/tenants/([^/]+)/customers", self.path)
        authorization = self.headers.get("Authorization", "")
        status = status_of(authorization, path[1], "customers:read") if path else 404
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        if status == 200:
            self.wfile.write(b'{"items":[]}')

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Api).serve_forever()
