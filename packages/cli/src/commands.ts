import type { Argv } from 'yargs';
import type { ServiceAccount, ServiceAccountsClient } from '../../client/src/index.ts';
import { openAccounts } from './access.ts';
import { findAccount, idOf } from './accounts.ts';
import { confirmByUsername } from './confirm.ts';
import { destinationHelp } from './destination.ts';
import { readDuration } from './durations.ts';
import { exitCodes, Failure } from './exit-codes.ts';
import type { Io } from './io.ts';
import { asJson, detailsOf, print, tableOf } from './output.ts';
import { readPublicKeys } from './public-keys.ts';
import { deliverSecret } from './secrets.ts';
import { sessionStore } from './session.ts';
import { signIn, signOut } from './sign-in.ts';

const modes = ['admin', 'agent', 'custom'] as const;
const commandLineClient = 'orki-cli';

/** What every command takes. */
interface Common {
  readonly url: string | undefined;
  readonly tenant: string | undefined;
  readonly json: boolean;
}

/** Adds every command to the parser; each writes to `io` and throws when it fails. */
export function addCommands(parser: Argv<Common>, io: Io): Argv<Common> {
  const show = ({ json }: Common, account: ServiceAccount) =>
    print(io.stdout, json ? asJson(account) : detailsOf(account));

  /** Runs on the account that a person names. */
  const onAccount =
    <Given extends Common & { account: string }>(
      work: (accounts: ServiceAccountsClient, id: string, given: Given) => Promise<void>,
    ) =>
    async (given: Given) => {
      const accounts = await openAccounts(given, io);
      await work(accounts, await idOf(accounts, given.account), given);
    };

  return parser
    .command(
      'login',
      'sign in by your browser',
      (args) =>
        args
          .option('issuer', {
            type: 'string',
            demandOption: true,
            ...(io.env.ORKI_ISSUER ? { default: io.env.ORKI_ISSUER } : {}),
            describe: 'realm at which people sign in, such as https://auth.orki.ai/realms/orki (ORKI_ISSUER)',
          })
          .option('client', {
            type: 'string',
            default: commandLineClient,
            describe: 'client of the realm for this command line',
          }),
      async ({ url, tenant, issuer, client }) => {
        if (url === undefined) throw new Failure(exitCodes.usage, 'Name the service: --url, or ORKI_URL.');
        const session = await signIn({ url, tenant, issuer, clientId: client }, io);
        sessionStore(io.env).write(session);
        print(io.stderr, `You are signed in for the tenant ${session.tenant}.`);
      },
    )
    .command('logout', 'end the sign-in', {}, async () => {
      const store = sessionStore(io.env);
      const session = store.read();
      store.remove();
      if (session !== undefined) await signOut(session);
      print(io.stderr, 'You are signed out.');
    })
    .command(
      'list',
      'list the service accounts of the tenant, newest first',
      (args) =>
        args
          .option('search', {
            type: 'string',
            describe: 'part of the username, the description or the client ID',
          })
          .option('mode', { choices: modes, describe: 'only accounts of this mode' })
          .option('status', {
            choices: ['active', 'inactive', 'expired'] as const,
            describe: 'only accounts of this status',
          }),
      async ({ search, mode, status, ...given }) => {
        const accounts = await openAccounts(given, io);
        const query = {
          limit: 100,
          ...(search && { search }),
          ...(mode && { mode }),
          ...(status && { status }),
        };
        const found = await Array.fromAsync(accounts.list(query));
        print(io.stdout, given.json ? asJson(found) : tableOf(found));
      },
    )
    .command(
      'get <account>',
      'show an account',
      (args) => account(args),
      async (given) => {
        const accounts = await openAccounts(given, io);
        show(given, await findAccount(accounts, given.account));
      },
    )
    .command(
      'create <username>',
      'make an account; its secret goes where --to says, unless it has keys',
      (args) =>
        withSecretOptions(args.positional('username', { type: 'string', demandOption: true }))
          .option('description', { type: 'string', describe: 'what the account is used for' })
          .option('mode', { choices: modes, demandOption: true, describe: 'what it may do' })
          .option('permission', permissionOption)
          .option('public-key', {
            type: 'string',
            array: true,
            describe: 'a file with a public key by which it authenticates in place of a secret',
            conflicts: ['to', 'expires-in-days'],
          }),
      async ({ username, description, mode, permission, publicKey, ...given }) => {
        const keys = publicKey && readPublicKeys(publicKey);
        const accounts = await openAccounts(given, io);
        const body = {
          username,
          mode,
          ...(description !== undefined && { description }),
          ...(permission && { permissions: listed(permission) }),
          ...lifetime(given),
        };
        if (keys === undefined) return deliverSecret(given, io, () => accounts.create(body));
        const credentials = { type: 'jwks' as const, keys };
        const { clientSecret: _, replayed: __, ...made } = await accounts.create({ ...body, credentials });
        show(given, made);
      },
    )
    .command(
      'edit <account>',
      'change only what you name',
      (args) =>
        account(args)
          .option('username', { type: 'string', describe: 'its new username' })
          .option('description', { type: 'string', describe: 'its new description; an empty one clears it' })
          .option('mode', { choices: modes, describe: 'its new mode' })
          .option('permission', permissionOption),
      onAccount(async (accounts, id, { username, description, mode, permission, ...given }) => {
        const changes = {
          ...(username !== undefined && { username }),
          ...(description !== undefined && { description: description === '' ? null : description }),
          ...(mode !== undefined && { mode }),
          ...(permission && { permissions: listed(permission) }),
        };
        show(given, await accounts.edit(id, changes));
      }),
    )
    .command(
      'rotate <account>',
      'make a new secret, which goes where --to says',
      (args) =>
        withSecretOptions(account(args))
          .option('overlap', {
            type: 'string',
            describe: 'how long the old secret still works, such as 24h, at most 7d; by default it ends now',
          })
          .option('revoke-tokens', {
            type: 'boolean',
            default: false,
            describe: 'also revoke the tokens it has',
          }),
      onAccount(async (accounts, id, { overlap, revokeTokens, ...given }) => {
        const options = {
          ...(overlap !== undefined && { overlapSeconds: readDuration(overlap) }),
          ...(revokeTokens && { revokeTokens }),
          ...lifetime(given),
        };
        await deliverSecret(given, io, () => accounts.regenerateSecret(id, options));
      }),
    )
    .command(
      'keys <account> <files..>',
      'replace its keys, or its secret, by one or two public keys',
      (args) =>
        account(args).positional('files', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: 'files with a public key each, in PEM or as a JWK',
        }),
      async ({ files, ...given }) => {
        const keys = readPublicKeys(files);
        const accounts = await openAccounts(given, io);
        show(given, await accounts.replaceKeys(await idOf(accounts, given.account), keys));
      },
    )
    .command(
      'activate <account>',
      'let an account obtain tokens again',
      (args) => account(args),
      onAccount(async (accounts, id, given) => show(given, await accounts.activate(id))),
    )
    .command(
      'deactivate <account>',
      'keep an account from obtaining tokens',
      (args) =>
        account(args).option('revoke-tokens', {
          type: 'boolean',
          default: false,
          describe: 'also revoke the tokens it has',
        }),
      onAccount(async (accounts, id, { revokeTokens, ...given }) =>
        show(given, await accounts.deactivate(id, revokeTokens ? { revokeTokens } : {})),
      ),
    )
    .command(
      'revoke-tokens <account>',
      'revoke the tokens that an account has',
      (args) => account(args),
      onAccount(async (accounts, id, given) => {
        const revoked = await accounts.revokeTokens(id);
        print(
          io.stdout,
          given.json ? asJson(revoked) : `Tokens issued before ${revoked.tokensRevokedBefore} are revoked.`,
        );
      }),
    )
    .command(
      'delete <account>',
      'delete an account for good',
      (args) =>
        account(args).option('yes', {
          type: 'boolean',
          default: false,
          describe: 'do not ask for the username',
        }),
      async ({ account: named, yes, json, ...given }) => {
        const accounts = await openAccounts(given, io);
        const { id, username, clientId } = await findAccount(accounts, named);
        if (!yes) await confirmByUsername(username, io);
        await accounts.delete(id);
        print(io.stdout, json ? asJson({ deleted: { id, clientId, username } }) : `${username} is deleted.`);
      },
    );
}

const account = <Given>(args: Argv<Given>) =>
  args.positional('account', {
    type: 'string',
    demandOption: true,
    describe: 'its username, client ID or id',
  });

const permissionOption = {
  type: 'string',
  array: true,
  describe: 'a permission of mode custom, any number of times or separated by commas',
} as const;

const withSecretOptions = <Given>(args: Argv<Given>) =>
  args.option('to', { type: 'string', describe: destinationHelp }).option('expires-in-days', {
    type: 'number',
    describe: 'the secret ends after so many days',
  });

const lifetime = ({ expiresInDays }: { expiresInDays?: number | undefined }) =>
  expiresInDays === undefined ? {} : { secretLifetimeDays: expiresInDays };

const listed = (permissions: readonly string[]): string[] => permissions.flatMap((given) => given.split(','));
