import type { KeyObject } from 'node:crypto';
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import type { Comparison } from './comparison.ts';
import type { PermissionFile } from './permission-file.ts';

/** The realm that is provisioned, and what the operator wants to find in it. */
export interface Target {
  readonly keycloak: KeycloakAdminClient;
  readonly realm: string;
  readonly permissionFile: PermissionFile;
  /** The keys by which the service authenticates; without any it does so by its secret. */
  readonly serviceClientKeys?: readonly KeyObject[] | undefined;
  /** Without keys and a secret, the service's client keeps what it has. */
  readonly serviceClientSecret: string | undefined;
  readonly frontendRedirectUris: string[] | undefined;
  /** Told how far something has come that takes long in a large realm. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** One part of the needed state. */
export interface Step {
  readonly name: string;
  /**
   * Reads what there is and yields how it compares. Changes nothing itself.
   * @throws {MissingPrerequisite} when it can't go on before an earlier step is applied
   * @throws {NetworkError} what Keycloak refuses
   */
  readonly compare: (target: Target) => AsyncIterable<Comparison>;
}

/** An earlier step has to make something that is not there yet; the message names it. */
export class MissingPrerequisite extends Error {}
