/** What a process holds at one moment, after its garbage was collected. */
export interface Holding {
  /** Operations done by then. */
  readonly operations: number;
  /** Bytes of the heap and of buffers outside of it. */
  readonly bytes: number;
  readonly residentBytes: number;
  /** Open files and sockets. */
  readonly handles: number;
}

/** What fills for a while and then stays: compiled code, caches of bounded size, pools of connections. */
const shareForWarmingUp = 0.3;
/** Above it a trend over the rest of the run is a leak: some kilobytes an operation would show. */
const mostGrowthInBytes = 6 * 1024 * 1024;
const mostGrowthInHandles = 12;

/** What grew over a run, judged by the trend (least squares) of all but the first holdings. */
export function growthOf(holdings: readonly Holding[]): { bytes: number; handles: number; faults: string[] } {
  const settled = holdings.slice(Math.floor(holdings.length * shareForWarmingUp));
  const bytes = trend(settled.map(({ operations, bytes: held }) => [operations, held]));
  const handles = trend(settled.map(({ operations, handles: held }) => [operations, held]));
  const faults: string[] = [];
  if (bytes > mostGrowthInBytes) faults.push(`memory grew by ${(bytes / 1024 / 1024).toFixed(1)} MB`);
  if (handles > mostGrowthInHandles) faults.push(`open handles grew by ${handles.toFixed(0)}`);
  return { bytes, handles, faults };
}

/** By how much the line through the points rises from the first to the last. */
function trend(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return 0;
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return slope * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0));
}
