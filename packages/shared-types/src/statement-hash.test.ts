import { describe, expect, it } from 'vitest';
import { hashStatement, isStatementHash, statementHash } from './statement-hash.ts';

/** The definition, word for word, in bigints. */
function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

describe('hashStatement', () => {
  it('gives the published values of 64-bit FNV-1a', () => {
    expect(hashStatement('')).toBe('cbf29ce484222325');
    expect(hashStatement('a')).toBe('af63dc4c8601ec8c');
    expect(hashStatement('foobar')).toBe('85944171f73967e8');
  });

  it('agrees with the definition on text of every UTF-8 length, on lone surrogates and on random text', () => {
    const texts = [
      'SELECT 1',
      'é',
      '€',
      '🙂',
      '\ud800',
      '\udc00',
      'a\ud83d',
      '\ud83dx',
      '\udc00\ud800',
      '\u07ff\u0800\uffff\u{10000}\u{10ffff}',
      '\0',
    ];
    let state = 1;
    for (let count = 0; count < 300; count++) {
      const units = Array.from(
        { length: count % 40 },
        () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16,
      );
      texts.push(String.fromCharCode(...units));
    }
    for (const text of texts) expect(hashStatement(text)).toBe(fnv1a64(text));
  });
});

describe('StatementHash', () => {
  it('takes 16 lower-case hexadecimal digits only', () => {
    const hash = hashStatement('SELECT 1');
    expect(statementHash(hash)).toBe(hash);
    expect(isStatementHash(hash)).toBe(true);
    for (const bad of ['', 'abc', hash.toUpperCase(), `${hash}0`, `${hash}\n`, 'g'.repeat(16), 1, null, undefined]) {
      expect(isStatementHash(bad)).toBe(false);
      expect(() => statementHash(bad as string)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
  });
});
