// The life of an account, by the client that openapi-generator makes for Go.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"

	"orki/client"
)

const tenant = "acme"

var (
	ctx   = context.WithValue(context.Background(), client.ContextAccessToken, os.Getenv("TOKEN"))
	api   *client.APIClient
	name  = os.Getenv("USERNAME_PREFIX")
)

func main() {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Getenv("API_URL")}}
	// By itself the call would go to the address in the contract, which leads nowhere.
	configuration.OperationServers["TokensAPIService.ObtainToken"] = client.ServerConfigurations{{URL: os.Getenv("KEYCLOAK_URL")}}
	api = client.NewAPIClient(configuration)

	catalogue, _, err := api.PermissionsAPI.ListPermissions(ctx, tenant).Execute()
	must("the permissions", err)
	expect("a permission to grant", anyGrantable(catalogue))

	agentBody := client.NewCreateServiceAccount(name+" agent", client.AGENT)
	agent, _, err := create(*agentBody)
	must("an agent", err)
	customBody := client.NewCreateServiceAccount(name+" custom", client.CUSTOM)
	customBody.SetPermissions([]string{"customers:read"})
	custom, _, err := create(*customBody)
	must("a custom account", err)
	expect("the permissions asked for", len(custom.Permissions) == 1 && custom.Permissions[0] == "customers:read")
	obtainToken(agent.ClientId, agent.GetClientSecret())

	_, _, err = create(*agentBody)
	taken := refusal(err)
	expect("a taken username refused", taken.Code == "username-taken" && len(taken.Detail) > 10)

	edit := client.NewEditServiceAccount()
	edit.SetDescription("edited")
	edited, _, err := api.ServiceAccountsAPI.EditServiceAccount(ctx, tenant, custom.Id).EditServiceAccount(*edit).Execute()
	must("an edit", err)
	expect("an edit of one field", edited.GetDescription() == "edited")
	read, _, err := api.ServiceAccountsAPI.GetServiceAccount(ctx, tenant, custom.Id).Execute()
	must("the account", err)
	expect("the rest unchanged", read.Mode == client.CUSTOM && len(read.Permissions) == 1)

	first, _, err := api.ServiceAccountsAPI.ListServiceAccounts(ctx, tenant).Limit(1).Execute()
	must("a page", err)
	second, _, err := api.ServiceAccountsAPI.ListServiceAccounts(ctx, tenant).Limit(1).Cursor(first.GetNextCursor()).Execute()
	must("another page", err)
	expect("the second page", len(second.Items) == 1 && second.Items[0].Id != first.Items[0].Id)

	overlap := client.NewRegenerateSecret()
	overlap.SetOverlapSeconds(600)
	rotated, _, err := api.ServiceAccountsAPI.RegenerateSecret(ctx, tenant, agent.Id).RegenerateSecret(*overlap).Execute()
	must("a rotation", err)
	expect("an overlap", rotated.PreviousSecret.IsSet() && rotated.PreviousSecret.Get() != nil)
	obtainToken(agent.ClientId, agent.GetClientSecret())
	obtainToken(agent.ClientId, rotated.ClientSecret)
	ended, _, err := api.ServiceAccountsAPI.EndPreviousSecret(ctx, tenant, agent.Id).Execute()
	must("ending the overlap", err)
	expect("the end of the overlap", ended.PreviousSecret.Get() == nil)

	off, _, err := api.ServiceAccountsAPI.DeactivateServiceAccount(ctx, tenant, agent.Id).Execute()
	must("deactivating", err)
	expect("an inactive account", off.Status == client.INACTIVE)
	on, _, err := api.ServiceAccountsAPI.ActivateServiceAccount(ctx, tenant, agent.Id).Execute()
	must("activating", err)
	expect("an active account", on.Status == client.ACTIVE)
	for _, id := range []string{agent.Id, custom.Id} {
		_, err = api.ServiceAccountsAPI.DeleteServiceAccount(ctx, tenant, id).Execute()
		must("deleting", err)
	}
	_, _, err = api.ServiceAccountsAPI.GetServiceAccount(ctx, tenant, agent.Id).Execute()
	expect("a deleted account unknown", refusal(err).Code == "service-account-not-found")
}

func anyGrantable(catalogue *client.PermissionCatalogue) bool {
	for _, group := range catalogue.Groups {
		for _, permission := range group.Permissions {
			if permission.Grantable {
				return true
			}
		}
	}
	return false
}

func create(body client.CreateServiceAccount) (*client.CreatedServiceAccount, *http.Response, error) {
	return api.ServiceAccountsAPI.CreateServiceAccount(ctx, tenant).CreateServiceAccount(body).Execute()
}

func obtainToken(id, secret string) {
	token, _, err := api.TokensAPI.ObtainToken(context.Background()).
		GrantType("client_credentials").ClientId(id).ClientSecret(secret).Execute()
	must("a token", err)
	expect("a token", token.AccessToken != "")
}

func refusal(err error) client.Problem {
	var failed *client.GenericOpenAPIError
	if !errors.As(err, &failed) {
		log.Fatalf("The call was not refused: %v", err)
	}
	problem, ok := failed.Model().(client.Problem)
	expect("problem details", ok)
	return problem
}

func must(what string, err error) {
	if err != nil {
		log.Fatalf("Expected %s, not: %v", what, err)
	}
}

func expect(what string, isSo bool) {
	if !isSo {
		log.Fatalf("Expected %s.", what)
	}
}
