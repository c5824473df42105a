export function identify(pid: number): string | undefined;
export function withLock<T>(
  path: string,
  onWait: (pid: number) => void,
  action: () => Promise<T>,
): Promise<T>;
