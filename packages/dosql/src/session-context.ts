import { compareText, type Collation } from './codec/cell.ts';
import type { FunctionContext } from './exec/functions/function.ts';
import type { Writer } from './exec/writer.ts';

/** What functions are told of the statement around them. */
export class SessionContext implements FunctionContext {
  collation: Collation = compareText;
  json: readonly boolean[] | null = null;
  isJson = false;
  caseSensitiveLike = false;
  readonly #writer: () => Writer;
  readonly #clock: () => number;
  #now: number | undefined;

  constructor(writer: () => Writer, clock: () => number) {
    this.#writer = writer;
    this.#clock = clock;
  }

  /** A new statement: its clock stands at its first look. */
  begin(): void {
    this.#now = undefined;
  }

  /** For a run that goes on while others begin: its clock stands by itself. */
  fork(): SessionContext {
    const fork = new SessionContext(this.#writer, this.#clock);
    fork.caseSensitiveLike = this.caseSensitiveLike;
    return fork;
  }

  now(): number {
    return (this.#now ??= this.#clock());
  }

  random(): bigint {
    const [value] = crypto.getRandomValues(new BigInt64Array(1));
    return value as bigint;
  }

  changes(): number {
    return this.#writer().changes;
  }

  totalChanges(): number {
    return this.#writer().totalChanges;
  }

  lastInsertRowid(): number | bigint {
    return this.#writer().lastInsertRowid;
  }
}
