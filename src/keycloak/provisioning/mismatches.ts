/**
 * Says where `actual` differs from `desired`, one line for each place. Only what `desired` mentions is compared, so that
 * what others have set beside it stays; lists are compared as sets, because Keycloak keeps no order in them.
 */
export function mismatches(desired: object, actual: object | undefined, path = ''): string[] {
  return Object.entries(desired).flatMap(([key, wanted]) => {
    const found = (actual as Record<string, unknown> | undefined)?.[key];
    const name = path + key;
    if (wanted === undefined) return [];
    if (Array.isArray(wanted)) {
      const { missing, surplus } = setDifference(wanted, Array.isArray(found) ? found : []);
      return [
        ...missing.map((item) => `${name} lacks ${item}`),
        ...surplus.map((item) => `${name} has ${item} too many`),
      ];
    }
    if (typeof wanted === 'object' && wanted !== null) {
      return mismatches(wanted, found as object | undefined, `${name}.`);
    }
    return wanted === found
      ? []
      : [`${name} is ${JSON.stringify(found) ?? 'absent'}, not ${JSON.stringify(wanted)}`];
  });
}

/** What is wanted and not found, and what is found and not wanted. */
export function setDifference<T>(wanted: readonly T[], found: readonly T[]): { missing: T[]; surplus: T[] } {
  return {
    missing: wanted.filter((item) => !found.includes(item)),
    surplus: found.filter((item) => !wanted.includes(item)),
  };
}
