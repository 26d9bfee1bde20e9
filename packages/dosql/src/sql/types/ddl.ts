/** CREATE, ALTER and DROP: the schema that they make. */
import type { Cons, Decoded, Fill, Read, Tokens } from './tokens.ts';
import type { Declared } from './value.ts';
import type {
  Column,
  ColumnEnd,
  ColumnFlags,
  ColumnName,
  ColumnStart,
  ColumnValue,
  Env,
  Open,
  Params,
  TableEnd,
  TableName,
  TableStart,
} from './scope.ts';
import type { TooLong } from './limits.ts';
import type { Next } from './parameter.ts';
import type { Plain } from './compound.ts';
import type { ColumnsOf } from './items.ts';
import type { Query, Statement } from './select.ts';

/** The tables of a database, as scope.ts keeps them. */
export interface DatabaseSchema<Tables extends string> {
  readonly ' tables': Tables;
}
/** The schema of a text with CREATE TABLE, CREATE VIEW, ALTER TABLE and DROP; other statements are passed over.
 * unknown: nothing is known of the tables. */
export type SchemaOf<D extends string> = string extends D
  ? unknown
  : D extends `${string}\n${string}`
    ? Schema<D>
    : D extends TooLong
      ? unknown
      : Schema<D>;
type Schema<D extends string> =
  Rounds<Step<Fill<Tokens<D>>, ''>> extends infer S extends string ? DatabaseSchema<S> : unknown;

interface At<T, Db> {
  at: T;
  db: Db;
}
/** A round of 64 statements is an evaluation of its own, so that their number is not limited. */
type Rounds<Q> = Q extends At<unknown, unknown> ? Rounds<Round<Q, 0>> : Q;
type Round<Q, N> =
  Q extends At<infer T, infer Db extends string> ? (N extends keyof Next ? Round<Step<T, Db>, Next[N]> : Q) : Q;
type AddTable<
  Db extends string,
  Nm extends string,
  Cs extends string,
> = `${Db}${TableStart}${Lowercase<Nm>}${TableName}${Cs}${TableEnd}`;
type DropTable<
  Db extends string,
  Nm extends string,
> = Db extends `${infer A}${TableStart}${Lowercase<Nm>}${TableName}${string}${TableEnd}${infer B}` ? `${A}${B}` : Db;
type ColumnsOfTable<
  Db extends string,
  Nm extends string,
> = Db extends `${string}${TableStart}${Lowercase<Nm>}${TableName}${infer Cs}${TableEnd}${string}` ? Cs : 0;
type WithColumns<
  Db extends string,
  Nm extends string,
  Cs extends string,
> = Db extends `${infer A}${TableStart}${Lowercase<Nm>}${TableName}${string}${TableEnd}${infer B}`
  ? `${A}${TableStart}${Lowercase<Nm>}${TableName}${Cs}${TableEnd}${B}`
  : Db;

type Step<T, Db extends string> =
  T extends Cons<infer H, infer R>
    ? H extends ''
      ? Db
      : H extends ';'
        ? Step<Read<R>, Db>
        : H extends 'CREATE'
          ? Create<Read<R>, Db>
          : H extends 'ALTER'
            ? Read<R> extends Cons<'TABLE', infer R2>
              ? Alter<Read<R2>, Db>
              : Skip<Read<R>, Db, 0>
            : H extends 'DROP'
              ? Drop<Read<R>, Db>
              : Skip<Read<R>, Db, 0>
    : never;
interface SkipAt<T, Db, B> {
  skip: T;
  db: Db;
  b: B;
}
/** To the end of the statement; B: 1 within a trigger, to its END. */
type Skip<T, Db, B> = DriveSkip<SkipCells<T, Db, B>>;
type DriveSkip<Q> = Q extends SkipAt<infer T, infer Db, infer B> ? DriveSkip<SkipCells<T, Db, B>> : Q;
type SkipCells<T, Db, B> =
  T extends Cons<infer H, infer R>
    ? H extends ''
      ? At<T, Db>
      : H extends ';'
        ? B extends 1
          ? SkipCells<R, Db, B>
          : At<T, Db>
        : H extends 'END'
          ? B extends 1
            ? EndOfTrigger<Read<R>, Db>
            : SkipCells<R, Db, B>
          : SkipCells<R, Db, B>
    : T extends string
      ? SkipAt<Fill<T>, Db, B>
      : never;
type EndOfTrigger<T, Db> = T extends Cons<';' | '', unknown> ? At<T, Db> : SkipCells<T, Db, 1>;

type Create<T, Db extends string> =
  T extends Cons<infer H, infer R>
    ? H extends 'TABLE'
      ? CreateTable<Read<R>, Db>
      : H extends `i:${infer X}`
        ? Uppercase<X> extends 'TEMP' | 'TEMPORARY'
          ? Create<Read<R>, Db>
          : Uppercase<X> extends 'VIEW'
            ? CreateView<Read<R>, Db>
            : Uppercase<X> extends 'TRIGGER'
              ? Skip<Read<R>, Db, 1>
              : Skip<Read<R>, Db, 0>
        : Skip<Read<R>, Db, 0>
    : never;
/** Behind IF NOT EXISTS; `q:` and `f:` taken apart. */
interface Named<Nm, F, R> {
  named: Nm;
  f: F;
  r: R;
}
type NameOf<T> =
  T extends Cons<infer H, infer R>
    ? H extends 'IF'
      ? Read<R> extends Cons<unknown, infer R2>
        ? NameOf<
            H extends 'IF'
              ? Read<R> extends Cons<'NOT', unknown>
                ? Read<R2> extends Cons<unknown, infer R3>
                  ? Read<R3>
                  : never
                : Read<R2>
              : never
          >
        : never
      : H extends `${infer A}:${infer X}`
        ? A extends 'i' | 's'
          ? Named<X, 0, R>
          : A extends 'f'
            ? Named<X extends `${string}.${infer Y}` ? Y : X, 1, R>
            : A extends 'q'
              ? Named<X extends `${string}.${infer Y}` ? Y : X, 0, R>
              : 0
        : 0
    : 0;

type CreateView<T, Db extends string> =
  NameOf<T> extends Named<infer Nm extends string, infer F, infer R>
    ? F extends 1
      ? ViewNames<Read<R>, Nm, 0, Db>
      : Read<R> extends Cons<'(', infer R2>
        ? ViewNames<Read<R2>, Nm, 0, Db>
        : ViewBody<Read<R>, Nm, 0, Db>
    : Skip<T, Db, 0>;
type ViewNames<T, Nm extends string, Names, Db extends string> =
  T extends Cons<infer H, infer R>
    ? H extends `i:${infer X}`
      ? ViewNames<Read<R>, Nm, Cons<X, Names>, Db>
      : H extends ','
        ? ViewNames<Read<R>, Nm, Names, Db>
        : H extends ')'
          ? ViewBody<Read<R>, Nm, Names, Db>
          : Skip<T, Db, 0>
    : never;
/** A view that is not understood has columns that are not known. */
type ViewBody<T, Nm extends string, Names, Db extends string> =
  T extends Cons<'AS', infer R>
    ? Statement<Read<R>, Env<Db, 0, 0, 'na'>, 0, Params<0, 0>> extends infer Q
      ? Q extends Query<infer L, infer T2, unknown>
        ? ViewColumns<L, Names> extends infer Cs extends string
          ? Skip<T2, AddTable<Db, Nm, Cs>, 0>
          : Skip<T2, AddTable<Db, Nm, Column<Open, 'irtbn', ''>>, 0>
        : Skip<Read<R>, AddTable<Db, Nm, Column<Open, 'irtbn', ''>>, 0>
      : never
    : Skip<T, Db, 0>;
type ViewColumns<L, Names> = Names extends 0 ? ColumnsOf<L> : Renamed<Plain<L>, Names, 0>;
type Renamed<L, Names, Z> =
  Names extends Cons<infer N, infer Names2>
    ? L extends { n: unknown; v: infer V; i: infer T }
      ? Renamed<T, Names2, { n: N; v: V; t: Z }>
      : 0
    : ColumnsOf<Turned<Z, 0>>;
type Turned<Z, L> = Z extends { n: infer N; v: infer V; t: infer T } ? Turned<T, { n: N; v: V; i: L }> : L;

type Drop<T, Db extends string> =
  T extends Cons<infer H, infer R>
    ? H extends 'TABLE' | 'i:VIEW' | 'i:view'
      ? NameOf<Read<R>> extends Named<infer Nm extends string, unknown, infer R2>
        ? Skip<Read<R2>, DropTable<Db, Nm>, 0>
        : Skip<Read<R>, Db, 0>
      : Skip<Read<R>, Db, 0>
    : never;

// -------------------------------------------------------------- CREATE TABLE

type CreateTable<T, Db extends string> =
  NameOf<T> extends Named<infer Nm extends string, infer F, infer R>
    ? F extends 1
      ? Built<Columns<Read<R>, 0, ''>, Nm, Db>
      : Read<R> extends Cons<infer H, infer R2>
        ? H extends '('
          ? Built<Columns<Read<R2>, 0, ''>, Nm, Db>
          : H extends 'AS'
            ? ViewBody<Read<R>, Nm, 0, Db>
            : Skip<Read<R2>, Db, 0>
        : never
    : Skip<T, Db, 0>;
/** A column definition: name, declared type, flags; the one before. */
interface Def<Nm, Ty, Fl, T> {
  nm: Nm;
  ty: Ty;
  fl: Fl;
  t: T;
}
/** All of a table: definitions in reverse, primary key, options, what follows. */
interface Definition<D, Pk, Options, T> {
  d: D;
  pk: Pk;
  options: Options;
  t: T;
}
/** A table that is not understood ends the schema. */
type Built<D, Nm extends string, Db extends string> =
  D extends Definition<infer Defs, infer Pk extends string, infer Options extends string, infer T>
    ? Entries<Defs, Pk, Options, ''> extends infer Z extends string
      ? At<T, AddTable<Db, Nm, Z>>
      : never
    : 0;
/** Pk: names of the key, each between spaces. */
type Entries<D, Pk extends string, Options extends string, Z extends string> = EntryRounds<
  EntryRound<EntriesAt<D, Z>, Pk, Options, 0>,
  Pk,
  Options
>;
interface EntriesAt<D, Z> {
  entries: D;
  z: Z;
}
type EntryRounds<Q, Pk extends string, Options extends string> =
  Q extends EntriesAt<unknown, unknown> ? EntryRounds<EntryRound<Q, Pk, Options, 0>, Pk, Options> : Q;
type EntryRound<Q, Pk extends string, Options extends string, N> =
  Q extends EntriesAt<infer D, infer Z extends string>
    ? N extends keyof Next
      ? EntryRound<NextEntry<D, Pk, Options, Z>, Pk, Options, Next[N]>
      : Q
    : Q;
type NextEntry<D, Pk extends string, Options extends string, Z extends string> =
  D extends Def<infer Nm extends string, infer Ty extends string, infer Fl, infer T>
    ? EntriesAt<T, `${Entry<Nm, Declared<Ty>, Fl, IsRowId<Nm, Ty, Fl, Pk, Options>, IsKey<Nm, Fl, Pk>, Options>}${Z}`>
    : Z;
type IsKey<Nm extends string, Fl, Pk extends string> = 'key' extends Fl
  ? 1
  : Pk extends `${string} ${Lowercase<Nm>} ${string}`
    ? 1
    : 0;
type IsRowId<Nm extends string, Ty, Fl, Pk extends string, Options extends string> = Ty extends 'INTEGER'
  ? Options extends `${string}WITHOUT${string}`
    ? 0
    : 'key' extends Fl
      ? 1
      : Pk extends ` ${Lowercase<Nm>} `
        ? 1
        : 0
  : 0;
/** A key that is not the rowid may be NULL, unless the table is STRICT or WITHOUT ROWID. */
type Entry<Nm extends string, V extends string, Fl, RowId, Key, Options extends string> = RowId extends 1
  ? EntryText<Nm, 'i', 'P'>
  : 'notnull' extends Fl
    ? EntryText<Nm, V, Flags<Fl>>
    : Key extends 1
      ? Options extends `${string}${'WITHOUT' | 'STRICT'}${string}`
        ? EntryText<Nm, V, Flags<Fl>>
        : EntryText<Nm, `${V}n`, ''>
      : EntryText<Nm, `${V}n`, 'generated' extends Fl ? 'G' : ''>;
type Flags<Fl> = 'generated' extends Fl ? 'G' : 'default' extends Fl ? '' : 'R';
type EntryText<
  Nm extends string,
  V extends string,
  F extends string,
> = `${ColumnStart}${Lowercase<Nm>}${ColumnName}${Decoded<Nm>}${ColumnValue}${V}${ColumnFlags}${F}${ColumnEnd}`;

interface TableConstraints {
  PRIMARY: 0;
  UNIQUE: 0;
  CHECK: 0;
  FOREIGN: 0;
  CONSTRAINT: 0;
}
interface ColumnsAt<T, D, Pk> {
  columns: T;
  d: D;
  pk: Pk;
}
/** A round of 64 columns is an evaluation of its own. */
type Columns<T, D, Pk extends string> = ColumnRounds<ColumnsAt<T, D, Pk>>;
type ColumnRounds<Q> = Q extends ColumnsAt<unknown, unknown, unknown> ? ColumnRounds<ColumnRound<Q, 0>> : Q;
type ColumnRound<Q, N> =
  Q extends ColumnsAt<infer T, infer D, infer Pk extends string>
    ? N extends keyof Next
      ? ColumnRound<NextColumn<T, D, Pk>, Next[N]>
      : Q
    : Q;
type NextColumn<T, D, Pk extends string> =
  T extends Cons<infer H, infer R>
    ? H extends keyof TableConstraints
      ? H extends 'PRIMARY'
        ? PrimaryKey<Read<R>, D, Pk>
        : H extends 'CONSTRAINT'
          ? Read<R> extends Cons<unknown, infer R2>
            ? NextColumn<Read<R2>, D, Pk>
            : never
          : After<ToComma<Read<R>, 0>, D, Pk>
      : H extends `${infer A}:${infer Nm}`
        ? A extends 'i' | 's'
          ? Type<Read<R>, Nm, '', D, Pk>
          : A extends 'f'
            ? Uppercase<Nm> extends 'CHECK' | 'UNIQUE'
              ? After<ToComma<Cons<'(', R>, 0>, D, Pk>
              : 0
            : 0
        : H extends 'DESC' | 'ASC' | 'END' | 'BY' | 'IF' | 'OFFSET' | 'LIKE' | 'REPLACE' | 'MATCH'
          ? Type<Read<R>, Lowercase<H>, '', D, Pk>
          : 0
    : 0;
type After<T, D, Pk extends string> =
  T extends Cons<infer H, infer R>
    ? H extends ','
      ? ColumnsAt<Read<R>, D, Pk>
      : H extends ')'
        ? Options<Read<R>, D, Pk, ''>
        : H extends '' | ';'
          ? Definition<D, Pk, '', T>
          : 0
    : 0;
type Options<T, D, Pk extends string, O extends string> =
  T extends Cons<infer H, infer R>
    ? H extends '' | ';'
      ? Definition<D, Pk, O, T>
      : H extends `i:${infer X}`
        ? Options<Read<R>, D, Pk, `${O} ${Uppercase<X>}`>
        : H extends ','
          ? Options<Read<R>, D, Pk, O>
          : 0
    : 0;
type PrimaryKey<T, D, Pk extends string> =
  T extends Cons<infer H, infer R>
    ? H extends ','
      ? PrimaryKey<Read<R>, D, Pk>
      : H extends ')'
        ? After<ToComma<Read<R>, 0>, D, Pk>
        : H extends `i:${infer X}`
          ? Uppercase<X> extends 'KEY'
            ? PrimaryKey<Read<R>, D, Pk>
            : PrimaryKey<Read<R>, D, `${Pk extends '' ? ' ' : Pk}${Lowercase<X>} `>
          : PrimaryKey<Read<R>, D, Pk>
    : 0;
/** To the comma or the parenthesis that ends a definition. */
type ToComma<T, D> = DriveComma<Comma<T, D>>;
interface CommaAt<T, D> {
  comma: T;
  d: D;
}
type DriveComma<Q> = Q extends CommaAt<infer T, infer D> ? DriveComma<Comma<Fill<T>, D>> : Q;
type Comma<T, D> =
  T extends Cons<infer H, infer R>
    ? H extends '(' | `f:${string}`
      ? Comma<R, Cons<0, D>>
      : H extends ')'
        ? D extends Cons<0, infer D2>
          ? Comma<R, D2>
          : T
        : H extends ','
          ? D extends 0
            ? T
            : Comma<R, D>
          : H extends ''
            ? 0
            : Comma<R, D>
    : T extends string
      ? CommaAt<T, D>
      : 0;
/** Behind the closing parenthesis. */
type Closed<T> = ToComma<T, 0> extends Cons<infer H, infer R> ? (H extends ',' ? Closed<Read<R>> : Read<R>) : 0;

/** The words of a declared type. */
type Type<T, Nm, Ty extends string, D, Pk extends string> =
  T extends Cons<infer H, infer R>
    ? H extends `${infer A}:${infer X}`
      ? Uppercase<X> extends 'GENERATED' | 'CHECK' | 'UNIQUE' | 'AS' | 'AUTOINCREMENT'
        ? Constraints<T, Nm, Uppercase<Ty>, never, D, Pk>
        : A extends 'i' | 's'
          ? Type<Read<R>, Nm, Ty extends '' ? X : `${Ty} ${X}`, D, Pk>
          : A extends 'f'
            ? Constraints<Closed<Read<R>>, Nm, Uppercase<Ty extends '' ? X : `${Ty} ${X}`>, never, D, Pk>
            : 0
      : H extends '('
        ? Constraints<Closed<Read<R>>, Nm, Uppercase<Ty>, never, D, Pk>
        : Constraints<T, Nm, Uppercase<Ty>, never, D, Pk>
    : 0;
type Constraints<T, Nm, Ty, Fl, D, Pk extends string> =
  T extends Cons<infer H, infer R>
    ? H extends ',' | ')' | '' | ';'
      ? After<T, Def<Nm, Ty, Fl, D>, Pk>
      : H extends 'NOT'
        ? Read<R> extends Cons<infer H2, infer R2>
          ? Constraints<Read<R2>, Nm, Ty, H2 extends 'NULL' ? Fl | 'notnull' : Fl, D, Pk>
          : 0
        : H extends 'PRIMARY'
          ? Constraints<Read<R>, Nm, Ty, Fl | 'key', D, Pk>
          : H extends 'DEFAULT'
            ? Read<R> extends Cons<infer H2, infer R2>
              ? Constraints<
                  H2 extends '('
                    ? Closed<Read<R2>>
                    : H2 extends `f:${string}`
                      ? Closed<Read<R2>>
                      : H2 extends '-' | '+'
                        ? Read<R2> extends Cons<unknown, infer R3>
                          ? Read<R3>
                          : 0
                        : Read<R2>,
                  Nm,
                  Ty,
                  Fl | 'default',
                  D,
                  Pk
                >
              : 0
            : H extends '(' | `f:${string}`
              ? Constraints<
                  Closed<Read<R>>,
                  Nm,
                  Ty,
                  H extends `f:${infer X}` ? (Uppercase<X> extends 'AS' ? Fl | 'generated' : Fl) : Fl,
                  D,
                  Pk
                >
              : H extends 'AS'
                ? Constraints<Read<R>, Nm, Ty, Fl | 'generated', D, Pk>
                : Constraints<Read<R>, Nm, Ty, Fl, D, Pk>
    : 0;

// --------------------------------------------------------------- ALTER TABLE

type Alter<T, Db extends string> =
  NameOf<T> extends Named<infer Nm extends string, unknown, infer R>
    ? ColumnsOfTable<Db, Nm> extends infer Cs
      ? Cs extends string
        ? Read<R> extends Cons<infer H, infer R2>
          ? H extends 'DROP'
            ? AlterDrop<Read<R2>, Nm, Cs, Db>
            : H extends `i:${infer X}`
              ? Uppercase<X> extends 'RENAME'
                ? AlterRename<Read<R2>, Nm, Cs, Db>
                : Uppercase<X> extends 'ADD'
                  ? AlterAdd<WithoutColumn<Read<R2>>, Nm, Cs, Db>
                  : Skip<Read<R2>, Db, 0>
              : Skip<Read<R2>, Db, 0>
          : never
        : Skip<Read<R>, Db, 0>
      : never
    : Skip<T, Db, 0>;
type WithoutColumn<T> = T extends Cons<`i:${infer X}`, infer R> ? (Uppercase<X> extends 'COLUMN' ? Read<R> : T) : T;
type AlterDrop<T, Nm extends string, Cs extends string, Db extends string> =
  WithoutColumn<T> extends Cons<`i:${infer X}`, infer R>
    ? Cs extends `${infer A}${ColumnStart}${Lowercase<X>}${ColumnName}${string}${ColumnEnd}${infer B}`
      ? Skip<Read<R>, WithColumns<Db, Nm, `${A}${B}`>, 0>
      : Skip<Read<R>, Db, 0>
    : Skip<T, Db, 0>;
type AlterRename<T, Nm extends string, Cs extends string, Db extends string> =
  T extends Cons<`i:${infer X}`, infer R>
    ? Uppercase<X> extends 'TO'
      ? NameOf<Read<R>> extends Named<infer New extends string, unknown, infer R2>
        ? Skip<Read<R2>, AddTable<DropTable<Db, Nm>, New, Cs>, 0>
        : Skip<T, Db, 0>
      : WithoutColumn<T> extends Cons<`i:${infer Old}`, infer R2>
        ? Read<R2> extends Cons<`i:${string}`, infer R3>
          ? Read<R3> extends Cons<`i:${infer New}`, infer R4>
            ? Cs extends `${infer A}${ColumnStart}${Lowercase<Old>}${ColumnName}${string}${ColumnValue}${infer B}`
              ? Skip<
                  Read<R4>,
                  WithColumns<
                    Db,
                    Nm,
                    `${A}${ColumnStart}${Lowercase<New>}${ColumnName}${Decoded<New>}${ColumnValue}${B}`
                  >,
                  0
                >
              : Skip<Read<R4>, Db, 0>
            : Skip<T, Db, 0>
          : Skip<T, Db, 0>
        : Skip<T, Db, 0>
    : Skip<T, Db, 0>;
/** One definition, to the end of the statement. */
type AlterAdd<T, Nm extends string, Cs extends string, Db extends string> =
  Columns<T, 0, ''> extends Definition<infer Defs, unknown, unknown, infer T2>
    ? Entries<Defs, '', '', ''> extends infer Z extends string
      ? At<T2, WithColumns<Db, Nm, `${Cs}${Z}`>>
      : never
    : Skip<T, Db, 0>;
