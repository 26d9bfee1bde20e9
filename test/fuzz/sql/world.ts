/** What a script has made so far, which the statements after it can name. */
import { condition, expression, type Scope } from './expressions.ts';
import type { Random } from './random.ts';
import type { Profile } from './values.ts';

/** A statement; of a query's rows, whether their order is asked for. */
export interface Step {
  readonly sql: string;
  readonly rows: 'none' | 'set' | 'ordered';
}

/** A table or view. Its column `id` is unique and never NULL. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that may be changed, without `id`; empty: a view. */
  readonly free: readonly string[];
  /** One for each of `free`. */
  readonly profiles: readonly Profile[];
  /** Column lists that an upsert may name. */
  readonly unique: readonly string[];
  /** Thousands of rows. */
  readonly big: boolean;
  /** What SQLite keeps of a statement with OR FAIL whose type is refused depends on its journal. */
  readonly strict: boolean;
  /** `id` is given when it is NULL. */
  readonly assigns: boolean;
}

export class World {
  readonly random: Random;
  readonly tables: TableShape[] = [];
  /** They are compiled when they first fire here, when the statement is in SQLite: what fails shows in changes(). */
  hasTriggers = false;
  #names = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** A name that was not given before. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  number(): number {
    return this.#names++;
  }

  expression(scope: Scope, depth: number): string {
    return expression(this.random, scope, depth);
  }

  condition(scope: Scope, depth: number): string {
    return condition(this.random, scope, depth);
  }

  /** Any table or view. */
  source(): TableShape {
    return this.random.pick(this.tables);
  }

  /** One that is not big, when there is one. */
  smallSource(): TableShape {
    const small = this.tables.filter(({ big }) => !big);
    return this.random.pick(small.length > 0 ? small : this.tables);
  }

  target(): TableShape {
    return this.random.pick(this.tables.filter(({ free }) => free.length > 0));
  }
}
