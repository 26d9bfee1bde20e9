import type { Pong } from '@dotdo/shared-types';
import { newWebSocketRpcSession, type RpcPromise, type RpcStub, type RpcTarget } from 'capnweb';

export interface LakeClientOptions {
  /** Origin of the deployment, `https://…` or `http://…`. */
  url: string;
  /** Bearer token. */
  token: string;
}

interface Connected extends RpcTarget {
  ping(): Promise<Pong>;
}

interface Entry extends RpcTarget {
  authenticate(token: string): Promise<Connected>;
}

/** A connection to a DoLake lakehouse. It opens with the first call. */
export class LakeClient implements Disposable {
  readonly #options: LakeClientOptions;
  #session: { entry: RpcStub<Entry>; lake: RpcPromise<Connected> } | undefined;

  constructor(options: LakeClientOptions) {
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

  /** The lake of the open session: calls on it are pipelined behind the token, in one round trip. */
  #connect(): RpcPromise<Connected> {
    if (this.#session !== undefined) return this.#session.lake;
    const url = new URL('/v1/lake/rpc', this.#options.url);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const entry = newWebSocketRpcSession<Entry>(url.href);
    const lake = entry.authenticate(this.#options.token);
    // Each call on the lake reports a refused token or a lost connection; this promise alone is nobody's.
    lake.then(undefined, () => undefined);
    entry.onRpcBroken(() => {
      if (this.#session?.entry === entry) this.#session = undefined;
    });
    this.#session = { entry, lake };
    return lake;
  }
}

/** A client for a DoLake lakehouse; nothing is sent before the first call. */
export function createLakeClient(options: LakeClientOptions): LakeClient {
  return new LakeClient(options);
}
