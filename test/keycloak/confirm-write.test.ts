import { describe, expect, it, vi } from 'vitest';
import { keycloakUnavailable, outcomeUnknown } from '../../src/errors.ts';
import { confirmWrite } from '../../src/keycloak/calls/confirm-write.ts';
import { KeycloakFailure } from '../../src/keycloak/calls/failures.ts';

const unknown = (status?: number) =>
  outcomeUnknown(new KeycloakFailure('change', status === undefined ? {} : { status }));
const failing = (error: Error) => () => Promise.reject(error);

describe('a change whose answer did not come', () => {
  it.each([undefined, 500, 502])('is a success when it is seen to have taken effect (%s)', async (status) => {
    const send = vi.fn(failing(unknown(status)));
    await expect(confirmWrite(send, async () => true)).resolves.toBeUndefined();
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('may still arrive when it is not seen', async () => {
    await expect(confirmWrite(failing(unknown()), async () => false)).rejects.toMatchObject({
      code: 'outcome-unknown',
    });
  });

  it.each([502, 503, 504])('may still arrive when something in between answered %i', async (status) => {
    await expect(confirmWrite(failing(unknown(status)), async () => false)).rejects.toMatchObject({
      code: 'outcome-unknown',
    });
  });

  it('has certainly no effect when Keycloak itself failed and it is not seen', async () => {
    await expect(confirmWrite(failing(unknown(500)), async () => false)).rejects.toMatchObject({
      code: 'keycloak-unavailable',
    });
  });

  it('is unknown when reading back fails as well', async () => {
    const look = failing(keycloakUnavailable(new Error('down')));
    await expect(confirmWrite(failing(unknown(500)), look)).rejects.toMatchObject({
      code: 'outcome-unknown',
    });
  });

  it('is not looked for when it is known to have failed', async () => {
    const look = vi.fn(async () => true);
    await expect(confirmWrite(failing(keycloakUnavailable(new Error('no'))), look)).rejects.toMatchObject({
      code: 'keycloak-unavailable',
    });
    expect(look).not.toHaveBeenCalled();
  });
});
