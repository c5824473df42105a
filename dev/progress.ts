const SPARSE_MS = 15_000;

/**
 * Shows that something long is going on, with the seconds it has taken: one living line on a terminal, a line
 * every 15 s elsewhere. `detail` gives what else there is to tell, such as bytes.
 */
export async function withProgress<T>(
  label: string,
  action: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
  const started = Date.now();
  const terminal = process.stdout.isTTY && !process.env.CI;
  let detail = '';
  let lastLineAt = started;
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const line = () => [label, detail, seconds()].filter(Boolean).join('  ');

  if (!terminal) console.log(`${label} …`);
  const timer = setInterval(() => {
    if (terminal) {
      process.stdout.write(`\r\x1b[K${line()} …`.slice(0, process.stdout.columns + 4));
    } else if (Date.now() - lastLineAt >= SPARSE_MS) {
      lastLineAt = Date.now();
      console.log(`… ${line()}`);
    }
  }, 200);
  try {
    const result = await action((text) => {
      detail = text;
    });
    console.log(`${terminal ? '\r\x1b[K' : ''}${label}  ${seconds()}`);
    return result;
  } catch (error) {
    if (terminal) process.stdout.write('\n');
    throw error;
  } finally {
    clearInterval(timer);
  }
}
