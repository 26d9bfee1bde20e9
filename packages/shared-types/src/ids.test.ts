import { describe, expect, expectTypeOf, it } from 'vitest';
import { isShardId, isTransactionId, shardId, transactionId, type ShardId, type TransactionId } from './ids.ts';

const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT', status: 400 });
const notText = [undefined, null, 1, 1n, {}, ['a']];

describe('TransactionId', () => {
  it.each(['a', 'tx-1', '01J9Z3K8Q5ZP7V6M', '!~', 'x'.repeat(64)])('takes %j', (text) => {
    expect(transactionId(text)).toBe(text);
    expect(isTransactionId(text)).toBe(true);
  });

  it.each(['', ' ', 'a b', 'a\n', 'a\0', 'é', '\u007f', 'x'.repeat(65)])('refuses %j', (text) => {
    expect(() => transactionId(text)).toThrow(invalid);
    expect(isTransactionId(text)).toBe(false);
  });

  it('refuses what is not text', () => {
    for (const value of notText) expect(() => transactionId(value as never)).toThrow(invalid);
  });
});

describe('ShardId', () => {
  it.each(['0', 'shard-1', 'tenant_a.eu~2', 'A'.repeat(128)])('takes %j, and it stays as it is in a URL', (text) => {
    expect(shardId(text)).toBe(text);
    expect(isShardId(text)).toBe(true);
    expect(encodeURIComponent(text)).toBe(text);
    expect(new URL(`https://x/a/${text}/b`).pathname).toBe(`/a/${text}/b`);
  });

  it.each(['', '.', '..', '.a', 'a/b', 'a b', 'a%2e', 'a?b', 'a#b', 'ü', 'a\n', 'A'.repeat(129)])(
    'refuses %j',
    (text) => {
      expect(() => shardId(text)).toThrow(invalid);
      expect(isShardId(text)).toBe(false);
    },
  );

  it('refuses what is not text', () => {
    for (const value of notText) expect(() => shardId(value as never)).toThrow(invalid);
  });
});

describe('branded types', () => {
  it('pass for text, but neither for each other nor text for them', () => {
    expectTypeOf<TransactionId>().toExtend<string>();
    expectTypeOf<string>().not.toExtend<TransactionId>();
    expectTypeOf<TransactionId>().not.toExtend<ShardId>();
    expectTypeOf<ShardId>().not.toExtend<TransactionId>();
    expectTypeOf(transactionId).returns.toEqualTypeOf<TransactionId>();
    expectTypeOf(shardId).returns.toEqualTypeOf<ShardId>();
    expectTypeOf<TransactionId>().not.toBeNever();
  });
});
