// A resource server with go-oidc.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

func main() {
	issuer := os.Getenv("ISSUER")
	provider, err := oidc.NewProvider(context.Background(), issuer)
	if err != nil {
		log.Fatal(err)
	}
	// ClientID is the audience that the verifier asks for.
	verifier := provider.Verifier(&oidc.Config{ClientID: "orki-api", SupportedSigningAlgs: []string{oidc.ES256}})

	http.HandleFunc("GET /tenants/{tenant}/customers", func(w http.ResponseWriter, r *http.Request) {
		scheme, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		token, err := verifier.Verify(r.Context(), raw)
		if !strings.EqualFold(scheme, "bearer") || err != nil {
			w.Header().Set("WWW-Authenticate", "Bearer")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var claims struct {
			Tenant      string   `json:"tenant_id"`
			Permissions []string `json:"permissions"`
		}
		// Without the check of the tenant, a permission in one tenant is a permission in all of them.
		if token.Claims(&claims) != nil || claims.Tenant != r.PathValue("tenant") ||
			!slices.Contains(claims.Permissions, "customers:read") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Write([]byte(`{"items":[]}`))
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
