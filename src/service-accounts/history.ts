import { z } from 'zod';
import { parseJson } from '../json.ts';
import type { Actor } from './actor.ts';

/** What an account's history calls the changes of it. */
export type RecordedAction =
  | 'create'
  | 'edit'
  | 'regenerate-secret'
  | 'replace-keys'
  | 'end-previous-secret'
  | 'activate'
  | 'deactivate'
  | 'revoke-tokens'
  /** Does not come back with its tenant. */
  | 'leave-inactive'
  /** Was inactive when its tenant was switched off or on, and stays so. */
  | 'tenant-switched';

/** One change of an account: when (RFC 3339), by whom, and what. No value of a field is in it, and no secret. */
export interface RecordedChange {
  readonly at: string;
  readonly by: Actor;
  /** A `RecordedAction`, or what a later version of this service calls a change. */
  readonly action: string;
  /** What an edit changed; of another change, what it changed beside what it is called for. */
  readonly fields: readonly string[];
}

/** The last changes of an account, newest last. */
export type History = readonly RecordedChange[];

const keptAtMost = 20;
/** Keycloak holds more, but returns all of it with every account of a list. */
const longestText = 8_000;

/** The history with one more change; of more than twenty the oldest are forgotten. */
export const continued = (history: History, change: RecordedChange): History =>
  [...history, change].slice(-keptAtMost);

/**
 * As an attribute holds it: the people once each, then the changes as milliseconds since 1970, the place of the person, the
 * action and the fields. What would be longer than 8,000 characters loses its oldest changes.
 */
export function serializeHistory(history: History): string {
  if (history.length === 0) return '';
  const actors = [...new Map(history.map(({ by }) => [keyOf(by), by])).entries()];
  const places = new Map(actors.map(([key], index) => [key, index]));
  const text = JSON.stringify({
    by: actors.map(([, { subject, username }]) => [subject, username]),
    changes: history.map(({ at, by, action, fields }) => [
      Date.parse(at),
      places.get(keyOf(by)),
      action,
      ...fields,
    ]),
  });
  return text.length <= longestText ? text : serializeHistory(history.slice(1));
}

const keyOf = ({ subject, username }: Actor): string => JSON.stringify([subject, username]);

const stored = z.object({
  by: z.array(z.tuple([z.string(), z.string()]).nullable().catch(null)),
  changes: z.array(z.unknown()),
});
/** The latest time that a Date can be. */
const latestTime = 8.64e15;
const storedChange = z.tuple(
  [z.int().min(0).max(latestTime), z.int().min(0), z.string().max(50)],
  z.string().max(50),
);

/** What an attribute holds, less what somebody spoilt in Keycloak's console. */
export function parseHistory(attribute: string | undefined): History {
  const parsed = stored.safeParse(parseJson(attribute ?? '')).data;
  const changes = (parsed?.changes ?? []).flatMap((entry) => {
    const [at, place, action, ...fields] = storedChange.safeParse(entry).data ?? [];
    const actor = place === undefined ? undefined : parsed?.by[place];
    if (at === undefined || action === undefined || actor == null) return [];
    const [subject, username] = actor;
    return [{ at: new Date(at).toISOString(), by: { subject, username }, action, fields }];
  });
  return changes.slice(-keptAtMost);
}
