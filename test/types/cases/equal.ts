/** What the assertions of this folder are made of; nothing here runs. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles when A and B are one type. */
export declare function equal<A, B>(same: Equal<A, B>): void;
export type AnyRow = Record<string, string | number | bigint | Uint8Array | null>;
export type Anything = string | number | Uint8Array | null;
export type N = number | null;
export type S = string | null;
/** An INTEGER as a parameter. */
export type I = number | bigint;
