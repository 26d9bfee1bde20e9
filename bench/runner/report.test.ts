/** What a run says: ratios to the baseline, engines that did not run, answers that differ. */
import { describe, expect, it } from 'vitest';
import { workloads } from '../workloads/catalog.ts';
import type { Workload } from '../workloads/workload.ts';
import { measureWorkload } from './interleave.ts';
import type { Runner } from './protocol.ts';
import { formatTime, isGood, markdownTable, remarks, type Report } from './report.ts';

/** A runner whose every iteration takes `us`, and which notes its rounds in `order`. */
function fakeRunner(
  engine: string,
  { us, digest = 'same/1', order = [] }: { us: number; digest?: string; order?: string[] },
): Runner {
  return {
    engine,
    version: '1',
    opensImages: false,
    prepare: async () => ({ digest, iterations: 10 }),
    round: async (iterations) => {
      order.push(engine);
      return { iterations, cpuUs: us * iterations, wallUs: us * iterations };
    },
    close: async () => {},
  };
}

const first = workloads()[0] as Workload;

async function reportOf(runners: Runner[], notRun = new Map<string, string>(), workload = first): Promise<Report> {
  const results = [await measureWorkload(workload, runners, { rounds: 2, roundMs: 1, progress: () => {} })];
  return { results, engines: [...runners.map(({ engine }) => engine), ...notRun.keys()], baseline: 'a', notRun };
}

describe('report', () => {
  it('interleaves the rounds and prints ratios to the baseline', async () => {
    const order: string[] = [];
    const report = await reportOf([fakeRunner('a', { us: 2, order }), fakeRunner('b', { us: 5, order })]);
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(markdownTable(report)).toContain('5.00 µs (5.00 µs–5.00 µs) **×2.50**');
    expect(isGood(report)).toBe(true);
  });

  it('fails a run whose engines answer differently, and names them', async () => {
    const report = await reportOf([fakeRunner('a', { us: 1 }), fakeRunner('b', { us: 1, digest: 'other/1' })]);
    expect(isGood(report)).toBe(false);
    expect(remarks(report)).toEqual(['ANSWERS DIFFER: w1: a same/1, b other/1']);
  });

  it('fails a run in which an engine throws, and goes on with the others', async () => {
    const broken: Runner = { ...fakeRunner('b', { us: 1 }), round: async () => Promise.reject(new Error('disk full')) };
    const report = await reportOf([fakeRunner('a', { us: 1 }), broken]);
    expect(isGood(report)).toBe(false);
    expect(remarks(report)).toEqual(['failed: w1 on b: disk full']);
    expect(markdownTable(report)).toContain('| 1.00 µs (1.00 µs–1.00 µs) | failed |');
  });

  it('names an engine that could not be started, without a column or a failure', async () => {
    const report = await reportOf([fakeRunner('a', { us: 1 })], new Map([['c', 'no binary']]));
    expect(remarks(report)).toEqual(['not run: c: no binary']);
    expect(markdownTable(report).split('\n')[0]).toBe('| workload | a |');
    expect(isGood(report)).toBe(true);
  });

  it('says so where an engine has no images to open', async () => {
    const image = workloads().find(({ kind }) => kind === 'image') as Workload;
    const report = await reportOf([fakeRunner('a', { us: 1 })], new Map(), image);
    expect(remarks(report)).toEqual(['not run: w15 on a: it opens no images']);
    expect(isGood(report)).toBe(true);
  });

  it('writes times with three digits', () => {
    expect([0.25, 2, 12.34, 1500, 2.5e6].map(formatTime)).toEqual([
      '250 ns',
      '2.00 µs',
      '12.3 µs',
      '1.50 ms',
      '2.50 s',
    ]);
  });
});
