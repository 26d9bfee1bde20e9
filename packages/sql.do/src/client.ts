import type { Pong } from '@dotdo/shared-types';
import { newWebSocketRpcSession, type RpcPromise, type RpcStub, type RpcTarget } from 'capnweb';

export interface SQLClientOptions {
  /** Origin of the deployment, `https://…` or `http://…`. */
  url: string;
  /** Bearer token. */
  token: string;
  /** Name of the database; `main` by default. */
  database?: string;
}

const DATABASE_DEFAULT = 'main';

interface Connected extends RpcTarget {
  ping(): Promise<Pong>;
}

interface Entry extends RpcTarget {
  authenticate(token: string): Promise<Connected>;
}

/** A connection to a DoSQL database. It opens with the first call. */
export class SQLClient implements Disposable {
  readonly #options: SQLClientOptions;
  #session: { entry: RpcStub<Entry>; database: RpcPromise<Connected> } | undefined;

  constructor(options: SQLClientOptions) {
    this.#options = options;
  }

  /**
   * One round trip to the object; the token is shown and the call is made in the same one.
   * @throws {Error} whose `code` is UNAUTHENTICATED or FORBIDDEN when the token is refused.
   */
  async ping(): Promise<Pong> {
    return await this.#connect().ping();
  }

  /** Closes the connection; the next call opens a new one. */
  close(): void {
    this.#session?.entry[Symbol.dispose]();
    this.#session = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The database of the open session: calls on it are pipelined behind the token, in one round trip. */
  #connect(): RpcPromise<Connected> {
    if (this.#session !== undefined) return this.#session.database;
    const url = new URL(
      `/v1/db/${encodeURIComponent(this.#options.database ?? DATABASE_DEFAULT)}/rpc`,
      this.#options.url,
    );
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const entry = newWebSocketRpcSession<Entry>(url.href);
    const database = entry.authenticate(this.#options.token);
    // Each call on the database reports a refused token or a lost connection; this promise alone is nobody's.
    database.then(undefined, () => undefined);
    entry.onRpcBroken(() => {
      if (this.#session?.entry === entry) this.#session = undefined;
    });
    this.#session = { entry, database };
    return database;
  }
}

/** A client for a DoSQL database; nothing is sent before the first call. */
export function createSQLClient(options: SQLClientOptions): SQLClient {
  return new SQLClient(options);
}
