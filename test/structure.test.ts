import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult, type IViolation } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';

/*
 * Holds the imports within src/ against the picture in README's "Layout of the repository". A room is a folder, or a file
 * at the root that the picture names; the other files at the root are below all rooms. An arrow says that a room imports
 * from another, and it may then import from whatever that room's arrows lead to as well: with each of these drawn too,
 * the picture would have twice as many arrows, and nobody could read the order in it.
 */

const root = fileURLToPath(new URL('../', import.meta.url));

/** From a room to those that its arrows point to. */
const picture = arrowsOf(readFileSync(`${root}README.md`, 'utf8'));
const rooms = [...new Set([...picture.keys(), ...[...picture.values()].flat()])];

interface Import {
  readonly from: string;
  readonly to: string;
}
let imports: Import[];
let cycles: IViolation[];

beforeAll(async () => {
  const { output } = await cruise(
    ['src'],
    {
      baseDir: root,
      includeOnly: '^src/',
      // dependency-cruiser can't use TypeScript 7, which has no API for it.
      parser: 'swc',
      // Types count as well: the picture shows who has to know of whom.
      tsPreCompilationDeps: true,
      validate: true,
      ruleSet: { forbidden: [{ name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } }] },
    },
    { extensions: ['.ts', '.json'] },
  );
  const { modules, summary } = output as ICruiseResult;
  imports = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => ({ from: source, to: resolved })),
  );
  cycles = summary.violations;
});

describe('the picture of the rooms', () => {
  it('has a way along its arrows for each import from one room to another', () => {
    expect(imports.length).toBeGreaterThan(100);
    const unforeseen = imports.filter(({ from, to }) => crossesRooms({ from, to }) && !isAllowed(from, to));
    expect(unforeseen.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('has no arrow that no import follows', () => {
    const arrows = [...picture].flatMap(([from, targets]) => targets.map((to) => ({ from, to })));
    const unused = arrows.filter(
      (arrow) => !imports.some(({ from, to }) => roomOf(from) === arrow.from && roomOf(to) === arrow.to),
    );
    expect(unused.map(({ from, to }) => `${from} --> ${to}`)).toEqual([]);
  });

  it('leads from no room back to itself', () => {
    expect(rooms.filter((room) => reachableFrom(room).has(room))).toEqual([]);
  });
});

it('no file imports itself by way of others', () => {
  expect(cycles.map(({ cycle = [] }) => cycle.map(({ name }) => name).join(' imports '))).toEqual([]);
});

/** Reads `a --> b & c` from the flow chart in the README. */
function arrowsOf(markdown: string): Map<string, string[]> {
  const [, chart = ''] =
    /## Layout of the repository\n.*?```mermaid\nflowchart TD\n(.*?)```/s.exec(markdown) ?? [];
  const arrows = new Map<string, string[]>();
  for (const line of chart.split('\n').filter((line) => line.trim() !== '')) {
    const [, from, targets] = /^ {2}(\S+) --> (\S+(?: & \S+)*)$/.exec(line) ?? [];
    if (from === undefined || targets === undefined) throw new Error(`README draws no arrow by: ${line}`);
    arrows.set(from, [...(arrows.get(from) ?? []), ...targets.split(' & ')]);
  }
  return arrows;
}

/** The room in which a file of src/ is, as the picture names it; a file at the root is named without its ending. */
function roomOf(file: string): string {
  const path = file.replace(/^src\//, '').replace(/\.ts$/, '');
  const candidates = rooms.filter((room) => path === room || path.startsWith(`${room}/`));
  const innermost = candidates.sort((one, other) => other.length - one.length)[0];
  return innermost ?? path.split('/', 1)[0] ?? path;
}

function crossesRooms({ from, to }: Import): boolean {
  return roomOf(from) !== roomOf(to);
}

function isAllowed(from: string, to: string): boolean {
  const room = roomOf(to);
  const isBelowAll = /^src\/[^/]+$/.test(to) && !rooms.includes(room);
  return isBelowAll || reachableFrom(roomOf(from)).has(room);
}

function reachableFrom(room: string, found = new Set<string>()): Set<string> {
  for (const target of picture.get(room) ?? []) {
    if (found.has(target)) continue;
    found.add(target);
    reachableFrom(target, found);
  }
  return found;
}
