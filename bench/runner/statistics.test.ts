/** The report's arithmetic, on values whose result is known. */
import { describe, expect, it } from 'vitest';
import { median, ratio, summarize } from './statistics.ts';

describe('median', () => {
  it('is the middle of an odd number of values, in any order', () => expect(median([9, 1, 5])).toBe(5));
  it('is the mean of the two middle ones of an even number', () => expect(median([4, 1, 3, 100])).toBe(3.5));
  it('compares numbers, not texts', () => expect(median([100, 9, 20])).toBe(20));
  it('refuses nothing', () => expect(() => median([])).toThrow(RangeError));
});

describe('ratio', () => {
  it('is above 1 for what takes longer than the baseline', () => expect(ratio(30, 10)).toBe(3));
  it('is undefined where nothing was measured', () => {
    expect(ratio(0, 10)).toBeUndefined();
    expect(ratio(10, 0)).toBeUndefined();
  });
});

describe('summarize', () => {
  it('divides rounds by their iterations and counts several as one operation', () => {
    const rounds = [
      { iterations: 2000, cpuUs: 4000, wallUs: 6000 },
      { iterations: 1000, cpuUs: 3000, wallUs: 3000 },
      { iterations: 1000, cpuUs: 1000, wallUs: 5000 },
    ];
    expect(summarize(rounds, 1000)).toEqual({ median: 2000, min: 1000, max: 3000, wallMedian: 3000 });
  });
});
