import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.id.ClientID;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;

/**
 * As Integration, for an account with a public key: nothing that is sent can be used by whoever sees it. KEY_FILE is the
 * private half of an ES256 key (PEM, PKCS #8), and KEY_ID the kid under which the public half is known.
 */
public final class IntegrationWithKey {
    static PrivateKey readKey(Path file) throws Exception {
        var pem = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    public static void main(String[] arguments) throws Exception {
        var tokenUrl = URI.create(System.getenv("ISSUER") + "/protocol/openid-connect/token");
        // Good for one token. To keep the token and to renew it in time, do as Integration does.
        var assertion = new PrivateKeyJWT(new ClientID(System.getenv("CLIENT_ID")), tokenUrl, JWSAlgorithm.ES256,
            readKey(Path.of(System.getenv("KEY_FILE"))), System.getenv("KEY_ID"), null);
        var request = new TokenRequest.Builder(tokenUrl, assertion, new ClientCredentialsGrant())
            .build().toHTTPRequest();
        request.setConnectTimeout(5_000);
        request.setReadTimeout(10_000);
        var answer = TokenResponse.parse(request.send());
        if (!answer.indicatesSuccess()) {
            var error = answer.toErrorResponse().getErrorObject();
            if (!"invalid_client".equals(error.getCode())) throw new IllegalStateException(error.getDescription());
            System.err.println("The key is not one of the account, or the account is deactivated or deleted.");
            System.exit(2);
        }
        var token = answer.toSuccessResponse().getTokens().getAccessToken();
        var call = HttpRequest.newBuilder(URI.create(System.getenv("API_URL")))
            .header("Authorization", token.toAuthorizationHeader())
            .timeout(Duration.ofSeconds(10)).build();
        var client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
        var response = client.send(call, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException("the API answered " + response.statusCode());
        }
        System.out.println(response.body().split("\"id\":").length - 1 + " customers");
    }
}
