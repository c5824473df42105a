// Plain JavaScript for Node 20, with nothing but Node's own modules: it runs where compose does, and nothing is
// installed there.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Nobody's, so that root's files are not readable for a person of the machine by chance. */
const userInsteadOfRoot = 10_001;

const usage = `Makes the secrets and keys that docker-compose.yml mounts, in .secrets; what is there already stays.

  npm run secrets                makes what is missing
  npm run secrets -- --rotate    takes the next step towards another key of the service, and says what to do then`;

/** Runs the command in that checkout. Throws an Error for a person to read. */
export function composeSecrets(root, args) {
  if (args.length > 1 || (args.length === 1 && args[0] !== '--rotate')) throw new Error(usage);
  const vault = openVault(join(root, '.secrets'));
  const made = makeMissing(vault);
  writeUser(join(root, '.env'), vault.user);
  if (made.length > 0) console.log(`Made in .secrets: ${made.join(', ')}.`);
  if (args.length === 1) console.log(rotate(vault));
  else if (made.length === 0) console.log('All secrets are there already; nothing was changed.');
  else
    console.log('Keep the folder to yourself, and a copy of it with your backups. Next: docker compose up');
}

/** A folder of files for one user alone: the one who runs this, or nobody in particular where that is root. */
function openVault(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const isRoot = process.getuid() === 0;
  const user = isRoot
    ? { uid: userInsteadOfRoot, gid: userInsteadOfRoot }
    : { uid: process.getuid(), gid: process.getgid() };
  const path = (name) => join(folder, name);
  /** The whole file appears at once, under a name of its own until then. */
  const prepare = (name, content) => {
    const unfinished = path(`.${name}.${process.pid}`);
    writeFileSync(unfinished, content, { mode: 0o600 });
    if (isRoot) chownSync(unfinished, user.uid, user.gid);
    return unfinished;
  };
  return {
    user,
    path,
    has: (name) => existsSync(path(name)),
    read: (name) => readFileSync(path(name), 'utf8'),
    /** Never overwrites, also when two do this at once. */
    create(name, content) {
      const unfinished = prepare(name, content);
      try {
        linkSync(unfinished, path(name));
      } finally {
        rmSync(unfinished);
      }
    },
    replace: (name, content) => renameSync(prepare(name, content), path(name)),
    rename: (from, to) => renameSync(path(from), path(to)),
  };
}

function makeMissing(vault) {
  const made = [];
  const make = (name, content) => {
    if (vault.has(name)) return;
    vault.create(name, content());
    made.push(name);
  };
  const secret = () => randomBytes(32).toString('base64url');
  make('postgres-password', secret);
  make('bootstrap-secret', secret);
  make('operator-key.pem', newKey);
  make('service-key.pem', newKey);
  // The form that Standard Webhooks gives its keys.
  make('webhook-secret', () => `whsec_${randomBytes(32).toString('base64')}`);
  make('service-public-keys.pem', () => publicHalf(vault.read('service-key.pem')));
  return made;
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' });
}

function publicHalf(pem) {
  return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' });
}

const provision = 'docker compose run --rm provision';
const again = 'npm run secrets -- --rotate';

/**
 * Where a rotation stands is in the files: with a next key that Keycloak has to learn of first; with that key in use,
 * and the old one still known; with one key alone.
 */
function rotate(vault) {
  const [key, publicKeys, next] = ['service-key.pem', 'service-public-keys.pem', 'service-key-next.pem'];
  const current = publicHalf(vault.read(key));
  if (vault.has(next)) {
    const known = vault.read(publicKeys);
    if (!known.includes(publicHalf(vault.read(next))))
      throw new Error(`.secrets/${next} is not in ${publicKeys}.`);
    vault.rename(next, key);
    return `The service's key is the new one.\n  1. docker compose up -d --force-recreate --no-deps service\n  2. ${again}`;
  }
  if (vault.read(publicKeys).trim() !== current.trim()) {
    vault.replace(publicKeys, current);
    return `The old key is no longer among the public ones, and is dead after\n  ${provision}`;
  }
  const fresh = newKey();
  // The public half first: cut off in between, the rotation starts over.
  vault.replace(publicKeys, current + publicHalf(fresh));
  vault.create(next, fresh);
  return `A new key is ready.\n  1. ${provision}   (Keycloak then takes the old key and the new one)\n  2. ${again}`;
}

/** Compose reads .env by itself, and without this line it stops. There may be lines of somebody else's in it. */
function writeUser(file, { uid, gid }) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (/^ORKI_USER=/m.test(text)) return;
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  const comment = '# Who the containers run as: the owner of the files in .secrets.';
  appendFileSync(file, `${separator}${comment}\nORKI_USER=${uid}:${gid}\n`);
}
