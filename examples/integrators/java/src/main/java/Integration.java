import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;

/** An integration that reads a tenant's customers. */
public final class Integration {
    /** Keeps the token for all threads, and asks for another one half a minute before it expires. */
    static final class Tokens {
        private final URI tokenUrl = URI.create(System.getenv("ISSUER") + "/protocol/openid-connect/token");
        private final ClientSecretPost credentials = new ClientSecretPost(
            new ClientID(System.getenv("CLIENT_ID")), new Secret(System.getenv("CLIENT_SECRET")));
        private AccessToken token;
        private Instant goodUntil = Instant.MIN;

        synchronized AccessToken current() throws Exception {
            if (Instant.now().isBefore(goodUntil)) return token;
            var askedAt = Instant.now();
            var request = new TokenRequest.Builder(tokenUrl, credentials, new ClientCredentialsGrant())
                .build().toHTTPRequest();
            request.setConnectTimeout(5_000);
            request.setReadTimeout(10_000);
            var answer = TokenResponse.parse(request.send());
            if (!answer.indicatesSuccess()) throw new Refused(answer.toErrorResponse().getErrorObject());
            token = answer.toSuccessResponse().getTokens().getAccessToken();
            goodUntil = askedAt.plusSeconds(token.getLifetime() - 30);
            return token;
        }

        synchronized void forget() {
            goodUntil = Instant.MIN;
        }
    }

    static final class Refused extends Exception {
        final String code;

        Refused(ErrorObject error) {
            super(error.getDescription());
            code = String.valueOf(error.getCode());
        }
    }

    /** Calls the API; a 401 is answered with one new token, since the old one may have been ended early. */
    static String customers(Tokens tokens) throws Exception {
        var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        for (var attempt = 0; ; attempt++) {
            var request = HttpRequest.newBuilder(URI.create(System.getenv("API_URL")))
                .header("Authorization", tokens.current().toAuthorizationHeader())
                .timeout(Duration.ofSeconds(10)).build();
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 200) return response.body();
            if (response.statusCode() != 401 || attempt > 0) {
                throw new IllegalStateException("the API answered " + response.statusCode());
            }
            tokens.forget();
        }
    }

    public static void main(String[] arguments) throws Exception {
        var tokens = new Tokens();
        try {
            var first = tokens.current();
            var count = customers(tokens).split("\"id\":").length - 1;
            System.out.println(count + " customers; one token for all calls: " + (first == tokens.current()));
        } catch (Refused refused) {
            // Trying again helps with neither: somebody has to act.
            System.err.println(refused.getMessage());
            System.exit(switch (refused.code) {
                case "unauthorized_client" -> 2; // the secret is wrong, or was regenerated
                case "invalid_client" -> 3; // the account is deactivated or deleted
                default -> 1;
            });
        }
    }
}
