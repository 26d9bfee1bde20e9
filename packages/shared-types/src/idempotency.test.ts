import { describe, expect, it } from 'vitest';
import { idempotencyKey, isIdempotencyKey, parseIdempotencyKey } from './idempotency.ts';

describe('idempotencyKey', () => {
  it('comes back from its text', () => {
    for (const parts of [
      { clientId: 'c', seq: 0 },
      { clientId: '01J9-Z_3', seq: Number.MAX_SAFE_INTEGER },
    ]) {
      const key = idempotencyKey(parts);
      expect(parseIdempotencyKey(key)).toEqual(parts);
      expect(isIdempotencyKey(key)).toBe(true);
    }
  });

  it('refuses parts that would not come back', () => {
    for (const parts of [
      { clientId: '', seq: 0 },
      { clientId: 'a:b', seq: 0 },
      { clientId: 'a'.repeat(65), seq: 0 },
      { clientId: 'a', seq: -1 },
      { clientId: 'a', seq: 1.5 },
      { clientId: 'a', seq: 2 ** 53 },
      { clientId: 'a', seq: Number.NaN },
    ]) {
      expect(() => idempotencyKey(parts)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    }
  });

  it.each(['', 'a', 'a:', ':1', 'a:01', 'a:1 ', 'a:9007199254740992', 'a:1e3', null, 5])('refuses %j', (text) => {
    expect(isIdempotencyKey(text)).toBe(false);
    if (typeof text === 'string')
      expect(() => parseIdempotencyKey(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
