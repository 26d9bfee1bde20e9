import type { TokenTable } from '@dotdo/dosql/server';
import type { Pong } from '@dotdo/shared-types';
import { RpcTarget } from 'capnweb';

/** Name of the one warehouse of a deployment, as scopes spell it. */
export const WAREHOUSE = 'default';

/** The lake as a capability: who holds it has shown a token that covers it. */
class LakeTarget extends RpcTarget {
  readonly #version: string;

  constructor(version: string) {
    super();
    this.#version = version;
  }

  ping(): Pong {
    return { version: this.#version, timeMs: Date.now() };
  }
}

/** The main capability of a session: lets in who has a token. */
export class LakeEntry extends RpcTarget {
  readonly #tokens: TokenTable;
  readonly #version: string;

  constructor(tokens: TokenTable, version: string) {
    super();
    this.#tokens = tokens;
    this.#version = version;
  }

  /**
   * Exchanges a token for the lake.
   * @throws {SqlError} UNAUTHENTICATED when the token is missing or unknown, FORBIDDEN when it covers no lake.
   */
  async authenticate(token: string): Promise<LakeTarget> {
    await this.#tokens.authorize(token, { kind: 'lake', name: WAREHOUSE, right: 'read' });
    return new LakeTarget(this.#version);
  }
}
