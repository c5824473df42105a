import { exitCodes, Failure } from './exit-codes.ts';

const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * Reads `90s`, `30m`, `24h` or `7d`.
 * @returns seconds
 * @throws {Failure} `usage` for anything else
 */
export function readDuration(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined)
    throw new Failure(exitCodes.usage, `${text} is no duration such as 90s, 30m, 24h or 7d.`);
  return Number(count) * seconds[unit as keyof typeof seconds];
}
