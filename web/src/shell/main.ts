import { basePath, readConfiguration } from './configuration.ts';
import { createUserManager, isCallback, signIn } from './sign-in.ts';
import '../design/styles.css';
import './shell.css';

const configuration = readConfiguration(document);
const { origin } = new URL(configuration.publicUrl);

if (location.origin !== origin) {
  // Keycloak sends people back to the configured address alone: `localhost` is not `127.0.0.1` to it.
  location.replace(`${origin}${location.pathname}${location.search}`);
} else {
  void start();
}

async function start(): Promise<void> {
  const isReturning = isCallback(new URLSearchParams(location.search));
  const manager = createUserManager(configuration, isReturning);
  // In the small window in which a person signs in again, the page only passes on what Keycloak answered.
  if (isReturning && window.opener) {
    return manager.signinPopupCallback();
  }
  const { pathname, search } = location;
  // Signing in and fetching the rest of the page take about as long: neither waits for the other.
  const signingIn = signIn(manager, `${pathname}${search}`);
  signingIn.catch(() => undefined);
  const { renderShell } = await import('./shell.tsx');
  renderShell({ base: basePath(configuration), configuration, manager, signingIn });
}
