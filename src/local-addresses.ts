/** Where everything is unless a setting says otherwise: on this machine, as `npm run up` starts it. */
export const localAddresses = {
  keycloak: 'http://127.0.0.1:8080',
  service: 'http://127.0.0.1:3000',
} as const;
