import { z } from 'zod';

/** A variable that holds keys as PEM. What `read` throws becomes the variable's fault; its message must hold no key. */
export function pemVariable<T>(read: (pem: string) => T) {
  return z.string().transform((pem, context) => {
    try {
      return read(pem);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}
