/**
 * Who may do what: static bearer tokens with scopes.
 *
 * A scope is `kind:name:right`: `db:<database>:read|write|admin` or `lake:<warehouse>:read|write|admin`, where `*`
 * stands for every name and a higher right contains the lower ones. No token configured means nobody gets in.
 */
import { SqlError } from '@dotdo/shared-types';

/** Rights in rising order: each contains those before it. */
export type Right = 'read' | 'write' | 'admin';
/** What a scope speaks of: a database or a lake's warehouse. */
export type ScopeKind = 'db' | 'lake';

export interface Scope {
  kind: ScopeKind;
  name: string;
  right: Right;
}

const RIGHTS: readonly Right[] = ['read', 'write', 'admin'];
const TOKEN_CHARACTERS_MAX = 4096;

/**
 * Parses one scope such as `db:tenant-7:write`.
 * @throws {SqlError} INVALID_ARGUMENT when it is not of that form.
 */
export function parseScope(text: string): Scope {
  const match = /^(db|lake):(\*|[A-Za-z0-9._-]{1,128}):(read|write|admin)$/.exec(text);
  if (match === null) throw new SqlError('INVALID_ARGUMENT', `not a scope: ${JSON.stringify(text)}`);
  return { kind: match[1] as ScopeKind, name: match[2] as string, right: match[3] as Right };
}

/** Whether any of the scopes covers `wanted`. */
export function covers(scopes: readonly Scope[], wanted: Scope): boolean {
  return scopes.some(
    (scope) =>
      scope.kind === wanted.kind &&
      (scope.name === '*' || scope.name === wanted.name) &&
      RIGHTS.indexOf(scope.right) >= RIGHTS.indexOf(wanted.right),
  );
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** Compares all bytes whatever they are, so that the time taken tells nothing of where two digests differ. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0);
  return difference === 0;
}

/** The tokens of a deployment, held as digests. */
export class TokenTable {
  readonly #entries: Promise<{ digest: Uint8Array; scopes: Scope[] }[]>;

  /**
   * @param json a JSON object, token → list of scopes, as in the `DOSQL_TOKENS` secret; undefined lets nobody in.
   * @throws {SqlError} INVALID_ARGUMENT when the text is not of that form.
   */
  constructor(json: string | undefined) {
    const parsed = parseTable(json);
    this.#entries = Promise.all(
      parsed.map(async ([token, scopes]) => ({ digest: await digest(token), scopes: scopes.map(parseScope) })),
    );
    // A bad scope is reported by the first look-up; nobody may be waiting for it before.
    this.#entries.catch(() => undefined);
  }

  /**
   * The scopes of a token.
   * @throws {SqlError} UNAUTHENTICATED when the token is missing or unknown.
   */
  async authenticate(token: unknown): Promise<readonly Scope[]> {
    if (typeof token !== 'string' || token === '' || token.length > TOKEN_CHARACTERS_MAX) {
      throw new SqlError('UNAUTHENTICATED', 'a token is required');
    }
    const wanted = await digest(token);
    let found: readonly Scope[] | undefined;
    for (const entry of await this.#entries) if (isEqual(entry.digest, wanted)) found = entry.scopes;
    if (found === undefined) throw new SqlError('UNAUTHENTICATED', 'unknown token');
    return found;
  }

  /**
   * Checks a token against the scope that an operation needs.
   * @throws {SqlError} UNAUTHENTICATED when the token is missing or unknown, FORBIDDEN when it does not cover `wanted`.
   */
  async authorize(token: unknown, wanted: Scope): Promise<readonly Scope[]> {
    const scopes = await this.authenticate(token);
    if (!covers(scopes, wanted)) {
      throw new SqlError('FORBIDDEN', `this token does not cover ${wanted.kind}:${wanted.name}:${wanted.right}`);
    }
    return scopes;
  }
}

function parseTable(json: string | undefined): [token: string, scopes: string[]][] {
  if (json === undefined || json === '') return [];
  let table: unknown;
  try {
    table = JSON.parse(json);
  } catch {
    throw new SqlError('INVALID_ARGUMENT', 'DOSQL_TOKENS is not JSON');
  }
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new SqlError('INVALID_ARGUMENT', 'DOSQL_TOKENS is not a JSON object of token → list of scopes');
  }
  return Object.entries(table).map(([token, scopes]) => {
    if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
      throw new SqlError('INVALID_ARGUMENT', 'DOSQL_TOKENS: each token maps to a list of scopes');
    }
    return [token, scopes];
  });
}
