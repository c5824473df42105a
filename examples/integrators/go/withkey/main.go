package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// As the program in the folder above, for an account with a public key: nothing that is sent can be used by whoever
// sees it. KEY_FILE is the private half of an ES256 key (PEM, PKCS #8), and KEY_ID the kid under which the public half
// is known.
func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := run(ctx)
	var refusal *oauth2.RetrieveError
	switch {
	case err == nil:
	case errors.As(err, &refusal) && refusal.ErrorCode == "invalid_client":
		fmt.Fprintln(os.Stderr, "The key is not one of the account, or the account is deactivated or deleted.")
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	assertion, err := signed(os.Getenv("CLIENT_ID"), os.Getenv("ISSUER"))
	if err != nil {
		return err
	}
	config := clientcredentials.Config{
		ClientID:  os.Getenv("CLIENT_ID"),
		TokenURL:  os.Getenv("ISSUER") + "/protocol/openid-connect/token",
		AuthStyle: oauth2.AuthStyleInParams,
		EndpointParams: url.Values{
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
			"client_assertion":      {assertion},
		},
	}
	// An assertion is good for one token. To keep the token and to renew it in time, do as the program above does.
	token, err := config.Token(ctx)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("API_URL"), nil)
	if err != nil {
		return err
	}
	token.SetAuthHeader(request)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the API answered %d", response.StatusCode)
	}
	var page struct{ Items []json.RawMessage }
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil {
		return err
	}
	fmt.Printf("%d customers\n", len(page.Items))
	return nil
}

// signed makes an assertion (RFC 7523, section 2.2) that is good for a minute.
func signed(clientID, issuer string) (string, error) {
	file, err := os.ReadFile(os.Getenv("KEY_FILE"))
	if err != nil {
		return "", err
	}
	key, err := jwt.ParseECPrivateKeyFromPEM(file)
	if err != nil {
		return "", err
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.RegisteredClaims{
		Issuer:    clientID,
		Subject:   clientID,
		Audience:  jwt.ClaimStrings{issuer},
		ID:        rand.Text(),
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(time.Minute)),
	})
	token.Header["kid"] = os.Getenv("KEY_ID")
	return token.SignedString(key)
}
