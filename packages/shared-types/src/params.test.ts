import { describe, expect, it } from 'vitest';
import { fromWireParams, toSqlValue, toWireParams } from './params.ts';

const code = (name: string) => expect.objectContaining({ code: name });

describe('toSqlValue', () => {
  it('maps every kind of parameter', () => {
    expect(toSqlValue(null, 1)).toBe(null);
    expect(toSqlValue(true, 1)).toBe(1);
    expect(toSqlValue(false, 1)).toBe(0);
    expect(toSqlValue(1.5, 1)).toBe(1.5);
    expect(toSqlValue(Number.NaN, 1)).toBe(null);
    expect(toSqlValue(Number.POSITIVE_INFINITY, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(toSqlValue('x', 1)).toBe('x');
    expect(toSqlValue(new Date(0), 1)).toBe('1970-01-01T00:00:00.000Z');
    for (const edge of [-(2n ** 63n), 2n ** 63n - 1n]) expect(toSqlValue(edge, 1)).toBe(edge);
  });

  it('makes plain bytes of buffers and of views, showing just what the view shows', () => {
    const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
    expect(toSqlValue(buffer, 1)).toEqual(new Uint8Array([1, 2, 3, 4]));
    expect(toSqlValue(new DataView(buffer, 1, 2), 1)).toEqual(new Uint8Array([2, 3]));
    const node = toSqlValue(Buffer.from([9, 8]), 1) as Uint8Array;
    expect(node.constructor).toBe(Uint8Array);
    expect([...node]).toEqual([9, 8]);
  });

  it('refuses what has no SQL value, naming the parameter', () => {
    for (const bad of [
      undefined,
      {},
      [],
      () => 1,
      Symbol('s'),
      new Map(),
      new Date(Number.NaN),
      new Date(Date.UTC(10000, 0)),
    ]) {
      expect(() => toSqlValue(bad as never, ':p')).toThrow(code('PARAMETER_TYPE'));
      expect(() => toSqlValue(bad as never, ':p')).toThrow(/:p/);
    }
    for (const big of [2n ** 63n, -(2n ** 63n) - 1n])
      expect(() => toSqlValue(big, 1)).toThrow(code('INTEGER_OUT_OF_RANGE'));
  });
});

describe('wire form of parameters', () => {
  it('carries positional ones as an array', () => {
    expect(toWireParams([1, true, null])).toEqual([1, 1, null]);
    expect(fromWireParams([1, 'a'])).toEqual([1, 'a']);
    // oxlint-disable-next-line no-sparse-arrays
    expect(() => toWireParams([1, , 2] as never)).toThrow(code('PARAMETER_TYPE'));
  });

  it('carries names that Cap’n Web drops as object keys, and sets no prototype', () => {
    const params = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3, "a": 4}') as Record<string, number>;
    const wire = toWireParams(params);
    expect(wire).toEqual({ names: ['__proto__', 'constructor', 'toString', 'a'], values: [1, 2, 3, 4] });
    const named = fromWireParams(wire) as Record<string, unknown>;
    expect(Object.getPrototypeOf(named)).toBe(null);
    expect(Object.entries(named)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
      ['a', 4],
    ]);
    expect((fromWireParams({ names: ['a'], values: [1] }) as Record<string, unknown>)['constructor']).toBe(undefined);
  });

  it('refuses another form', () => {
    for (const bad of [
      null,
      undefined,
      'x',
      {},
      { names: ['a'], values: [] },
      { names: 'a', values: ['b'] },
      { names: [1], values: [1] },
      [{}],
    ]) {
      expect(() => fromWireParams(bad as never)).toThrow(code('PARAMETER_TYPE'));
    }
  });
});
