import { expect, it } from 'vitest';
import { toJsonObject, toJsonValue } from './json.ts';

it('copies what JSON has a form for and leaves the rest out', () => {
  const value = {
    a: 1n,
    b: new Date(0),
    c: Number.NaN,
    d: [undefined, 'x'],
    e: () => 1,
    f: undefined,
    g: { h: null },
    i: new Uint8Array(1),
  };
  expect(toJsonValue(value)).toEqual({
    a: '1',
    b: '1970-01-01T00:00:00.000Z',
    c: null,
    d: [null, 'x'],
    g: { h: null },
  });
});

it('ends in a cycle and sets no prototype', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  expect(() => JSON.stringify(toJsonValue(cycle))).not.toThrow();
  const copy = toJsonObject(JSON.parse('{"__proto__": {"x": 1}}'));
  expect((copy as { x?: unknown }).x).toBe(undefined);
});

it('makes an object of objects only', () => {
  for (const value of [null, [], 'x', 1, undefined, new Date(0)]) expect(toJsonObject(value)).toBe(undefined);
});
