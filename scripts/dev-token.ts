import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TOKEN_BYTES = 24;

/** The token of this clone's local stack: made once, kept in the state folder, never in the repository. */
export function devToken(stateDirectory: string): string {
  const file = join(stateDirectory, 'token');
  if (!existsSync(file))
    writeFileSync(file, `dev_${randomBytes(TOKEN_BYTES).toString('base64url')}\n`, { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
