export function composeSecrets(root: string, args: string[]): void;
