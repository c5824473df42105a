import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.UUID;
import orki.ApiClient;
import orki.ApiException;
import orki.api.PermissionsApi;
import orki.api.ServiceAccountsApi;
import orki.api.TokensApi;
import orki.model.CreateServiceAccount;
import orki.model.EditServiceAccount;
import orki.model.Mode;
import orki.model.Problem;
import orki.model.RegenerateSecret;
import orki.model.Status;

/** The life of an account, by the client that openapi-generator makes for Java. */
public final class Life {
  private static final String TENANT = "acme";
  private static final ObjectMapper MAPPER = ApiClient.createDefaultObjectMapper();
  private static final ApiClient SERVICE = client("API_URL");
  private static final ServiceAccountsApi ACCOUNTS;
  private static final TokensApi TOKENS = new TokensApi(client("KEYCLOAK_URL"));

  static {
    SERVICE.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + System.getenv("TOKEN")));
    ACCOUNTS = new ServiceAccountsApi(SERVICE);
  }

  public static void main(String[] arguments) throws ApiException {
    var name = System.getenv("USERNAME_PREFIX");
    var groups = new PermissionsApi(SERVICE).listPermissions(TENANT).getGroups();
    expect("a permission to grant", groups.stream().anyMatch(
        group -> group.getPermissions().stream().anyMatch(permission -> permission.getGrantable())));

    var agentBody = new CreateServiceAccount().username(name + " agent").mode(Mode.AGENT);
    var agent = ACCOUNTS.createServiceAccount(TENANT, agentBody, null);
    var customBody = new CreateServiceAccount().username(name + " custom").mode(Mode.CUSTOM)
        .permissions(List.of("customers:read"));
    var custom = ACCOUNTS.createServiceAccount(TENANT, customBody, null);
    expect("the permissions asked for", custom.getPermissions().equals(List.of("customers:read")));
    obtainToken(agent.getClientId(), agent.getClientSecret());

    var taken = refusal(() -> ACCOUNTS.createServiceAccount(TENANT, agentBody, null));
    expect("a taken username refused", taken.getCode().equals("username-taken") && taken.getDetail().length() > 10);

    var edit = new EditServiceAccount().description("edited");
    expect("an edit of one field",
        "edited".equals(ACCOUNTS.editServiceAccount(TENANT, custom.getId(), edit, null).getDescription()));
    var read = ACCOUNTS.getServiceAccount(TENANT, custom.getId());
    expect("the rest unchanged", read.getMode() == Mode.CUSTOM && read.getPermissions().size() == 1);

    var first = ACCOUNTS.listServiceAccounts(TENANT, null, null, null, null, null, 1, null);
    var second = ACCOUNTS.listServiceAccounts(TENANT, null, null, null, null, null, 1, first.getNextCursor());
    expect("the second page", second.getItems().size() == 1
        && !second.getItems().get(0).getId().equals(first.getItems().get(0).getId()));

    var overlap = new RegenerateSecret().overlapSeconds(600);
    var rotated = ACCOUNTS.regenerateSecret(TENANT, agent.getId(), null, null, overlap);
    expect("an overlap", rotated.getPreviousSecret() != null);
    obtainToken(agent.getClientId(), agent.getClientSecret());
    obtainToken(agent.getClientId(), rotated.getClientSecret());
    expect("the end of the overlap",
        ACCOUNTS.endPreviousSecret(TENANT, agent.getId(), null).getPreviousSecret() == null);

    expect("deactivating",
        ACCOUNTS.deactivateServiceAccount(TENANT, agent.getId(), null, null).getStatus() == Status.INACTIVE);
    expect("activating", ACCOUNTS.activateServiceAccount(TENANT, agent.getId(), null).getStatus() == Status.ACTIVE);
    for (UUID id : List.of(agent.getId(), custom.getId())) ACCOUNTS.deleteServiceAccount(TENANT, id, null);
    var gone = refusal(() -> ACCOUNTS.getServiceAccount(TENANT, agent.getId()));
    expect("a deleted account unknown", gone.getCode().equals("service-account-not-found"));
  }

  private static ApiClient client(String variable) {
    var client = new ApiClient();
    client.updateBaseUri(System.getenv(variable));
    return client;
  }

  private static void obtainToken(String id, String secret) throws ApiException {
    expect("a token", TOKENS.obtainToken("client_credentials", id, secret).getAccessToken() != null);
  }

  private interface Call {
    Object run() throws ApiException;
  }

  private static Problem refusal(Call call) {
    try {
      call.run();
    } catch (ApiException refused) {
      try {
        return MAPPER.readValue(refused.getResponseBody(), Problem.class);
      } catch (java.io.IOException error) {
        throw new IllegalStateException("Expected problem details, not: " + refused.getResponseBody(), error);
      }
    }
    throw new IllegalStateException("The call was not refused.");
  }

  private static void expect(String what, boolean isSo) {
    if (!isSo) throw new IllegalStateException("Expected " + what + ".");
  }
}
