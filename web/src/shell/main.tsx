import { createRoot } from 'react-dom/client';
import { basePath, readConfiguration } from './configuration.ts';
import { Shell } from './shell.tsx';
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
  const manager = createUserManager(configuration);
  // In the small window in which a person signs in again, the page only passes on what Keycloak answered.
  if (isCallback(new URLSearchParams(location.search)) && window.opener) {
    return manager.signinPopupCallback();
  }
  const { pathname, search } = location;
  const signingIn = signIn(manager, `${pathname}${search}`);
  const page = document.getElementById('page');
  if (page === null) throw new Error('The document has no place for the page.');
  createRoot(page).render(
    <Shell
      base={basePath(configuration)}
      configuration={configuration}
      manager={manager}
      signingIn={signingIn}
    />,
  );
}
