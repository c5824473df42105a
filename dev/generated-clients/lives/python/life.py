"""The life of an account, by the client that openapi-generator makes for Python."""

import os

from orki_client import (
    ApiClient,
    Configuration,
    CreateServiceAccount,
    EditServiceAccount,
    Mode,
    PermissionsApi,
    Problem,
    RegenerateSecret,
    ServiceAccountsApi,
    TokensApi,
)
from orki_client.exceptions import ApiException

TENANT = "acme"
name = os.environ["USERNAME_PREFIX"]
service = ApiClient(Configuration(host=os.environ["API_URL"], access_token=os.environ["TOKEN"]))
# By itself the call would go to the address in the contract, which leads nowhere.
keycloak = ApiClient(Configuration(host=os.environ["KEYCLOAK_URL"], ignore_operation_servers=True))
accounts = ServiceAccountsApi(service)
tokens = TokensApi(keycloak)


def expect(what, is_so):
    if not is_so:
        raise SystemExit(f"Expected {what}.")


def obtain_token(account, secret):
    token = tokens.obtain_token("client_credentials", account.client_id, secret)
    expect("a token", token.access_token)


def refusal(call, *arguments):
    try:
        call(*arguments)
    except ApiException as error:
        expect("problem details", isinstance(error.data, Problem))
        return error.data
    raise SystemExit("The call was not refused.")


groups = PermissionsApi(service).list_permissions(TENANT).groups
expect("a permission to grant", any(one.grantable for group in groups for one in group.permissions))

agent_body = CreateServiceAccount(username=f"{name} agent", mode=Mode.AGENT)
agent = accounts.create_service_account(TENANT, agent_body)
custom = accounts.create_service_account(
    TENANT,
    CreateServiceAccount(username=f"{name} custom", mode=Mode.CUSTOM, permissions=["customers:read"]),
)
expect("the permissions asked for", custom.permissions == ["customers:read"])
obtain_token(agent, agent.client_secret)

taken = refusal(accounts.create_service_account, TENANT, agent_body)
expect("a taken username refused", taken.code == "username-taken" and len(taken.detail) > 10)

edited = accounts.edit_service_account(TENANT, custom.id, EditServiceAccount(description="edited"))
expect("an edit of one field", edited.description == "edited")
read = accounts.get_service_account(TENANT, custom.id)
expect("the rest unchanged", read.mode == Mode.CUSTOM and read.permissions == ["customers:read"])

first = accounts.list_service_accounts(TENANT, limit=1)
second = accounts.list_service_accounts(TENANT, limit=1, cursor=first.next_cursor)
expect("the second page", len(second.items) == 1 and second.items[0].id != first.items[0].id)

rotated = accounts.regenerate_secret(TENANT, agent.id, regenerate_secret=RegenerateSecret(overlap_seconds=600))
expect("an overlap", rotated.previous_secret is not None)
obtain_token(agent, agent.client_secret)
obtain_token(agent, rotated.client_secret)
expect("the end of the overlap", accounts.end_previous_secret(TENANT, agent.id).previous_secret is None)

expect("deactivating", accounts.deactivate_service_account(TENANT, agent.id).status == "inactive")
expect("activating", accounts.activate_service_account(TENANT, agent.id).status == "active")
for account in (agent, custom):
    accounts.delete_service_account(TENANT, account.id)
gone = refusal(accounts.get_service_account, TENANT, agent.id)
expect("a deleted account unknown", gone.code == "service-account-not-found")
