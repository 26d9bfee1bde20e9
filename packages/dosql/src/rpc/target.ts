/**
 * What a client holds: first the entry, which knows nobody, then the database, which the entry hands out for a token.
 */
import type { Pong } from '@dotdo/shared-types';
import { RpcTarget } from 'capnweb';
import type { TokenTable } from './auth.ts';

export interface DatabaseInfo {
  /** Name of the database this object holds. */
  name: string;
  version: string;
}

/** The database as a capability: who holds it has shown a token that covers it. */
class DatabaseTarget extends RpcTarget {
  readonly #info: DatabaseInfo;

  constructor(info: DatabaseInfo) {
    super();
    this.#info = info;
  }

  ping(): Pong {
    return { version: this.#info.version, timeMs: Date.now() };
  }
}

/** The main capability of a session: lets in who has a token. */
export class DatabaseEntry extends RpcTarget {
  readonly #tokens: TokenTable;
  readonly #info: DatabaseInfo;

  constructor(tokens: TokenTable, info: DatabaseInfo) {
    super();
    this.#tokens = tokens;
    this.#info = info;
  }

  /**
   * Exchanges a token for the database.
   * @throws {SqlError} UNAUTHENTICATED when the token is missing or unknown, FORBIDDEN when it covers other names only.
   */
  async authenticate(token: string): Promise<DatabaseTarget> {
    await this.#tokens.authorize(token, { kind: 'db', name: this.#info.name, right: 'read' });
    return new DatabaseTarget(this.#info);
  }
}
