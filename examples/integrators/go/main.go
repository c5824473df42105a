package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	config := clientcredentials.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		TokenURL:     os.Getenv("ISSUER") + "/protocol/openid-connect/token",
		AuthStyle:    oauth2.AuthStyleInParams,
	}
	// Keeps the token for all goroutines, and asks for another one half a minute before it expires.
	tokens := oauth2.ReuseTokenSourceWithExpiry(nil, freshTokens{ctx, config}, 30*time.Second)

	if err := run(ctx, tokens); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitCode(err))
	}
}

// freshTokens asks the token URL each time; what config.TokenSource gives would keep tokens for too long.
type freshTokens struct {
	ctx    context.Context
	config clientcredentials.Config
}

func (s freshTokens) Token() (*oauth2.Token, error) { return s.config.Token(s.ctx) }

func run(ctx context.Context, tokens oauth2.TokenSource) error {
	first, err := tokens.Token()
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, os.Getenv("API_URL"), nil)
	if err != nil {
		return err
	}
	response, err := oauth2.NewClient(ctx, tokens).Do(request)
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
	second, err := tokens.Token()
	if err != nil {
		return err
	}
	fmt.Printf("%d customers; one token for all calls: %t\n", len(page.Items), first.AccessToken == second.AccessToken)
	return nil
}

// exitCode tells what somebody has to act on; trying again helps with neither.
func exitCode(err error) int {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) {
		return 1
	}
	switch refusal.ErrorCode {
	case "unauthorized_client": // the secret is wrong, or was regenerated
		return 2
	case "invalid_client": // the account is deactivated or deleted
		return 3
	}
	return 1
}
