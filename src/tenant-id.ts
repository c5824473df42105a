/** What a tenant may be called. Nothing else reaches Keycloak, whose q language a quote or a space would enter. */
export const tenantIdPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;
