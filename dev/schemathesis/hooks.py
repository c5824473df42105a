"""Signs in at Keycloak, again and again: a person's token lives five minutes."""

import itertools
import json
import os
import urllib.parse
import urllib.request

import schemathesis
from schemathesis import GenerationMode


@schemathesis.auth(refresh_interval=60)
class SignIn:
    def get(self, case, context):
        form = urllib.parse.urlencode(json.loads(os.environ["SIGN_IN"])).encode()
        with urllib.request.urlopen(os.environ["TOKEN_URL"], form, timeout=10) as answer:
            return json.load(answer)["access_token"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"


# A schema can't say which letters make a username, nor which permissions there are and go with which mode: without
# help hardly any account would be made, and nothing would be done with one.
counter = itertools.count()


@schemathesis.hook
def map_case(context, case):
    meta = case.meta
    number = next(counter)
    if meta is None or meta.generation.mode != GenerationMode.POSITIVE or not isinstance(case.body, dict):
        return case
    if "username" in case.body and number % 4:
        case.body["username"] = f"Account {number}"
    if number % 4 and "mode" in case.body:
        case.body.pop("permissions", None)
        if case.body["mode"] == "custom":
            case.body["permissions"] = ["customers:read", "ai:use"][: 1 + number % 2]
    return case
