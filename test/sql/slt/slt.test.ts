import { describe, expect, it } from 'vitest';
import { openEngine } from './engine.ts';
import { formatValue, runScript } from './runner.ts';
import { parseScript } from './script.ts';

const SCRIPT = `
# a comment
onlyif mysql
halt

hash-threshold 8

statement ok
CREATE TABLE t (a INTEGER, b TEXT)

statement ok
INSERT INTO t VALUES (2, 'x'), (1, NULL),
  (10, '')

skipif sqlite # not for us
statement error
SELECT 1

query IT rowsort label-1
SELECT * FROM t
----
1
NULL
10
(empty)
2
x

query I valuesort
SELECT a FROM t
----
3 values hashing to 1571b86d70c3db05bd23ea1c9ef2af04

statement error
SELECT nothing

halt

query I
SELECT 'is not run'
----
`;

describe('sqllogictest', () => {
  it('parses records, conditions and halt', () => {
    const records = parseScript(SCRIPT, 'sqlite');
    expect(records.map(({ kind, line }) => [kind, line])).toEqual([
      ['statement', 8],
      ['statement', 11],
      ['query', 19],
      ['query', 29],
      ['statement', 34],
    ]);
    expect(records[2]).toMatchObject({ types: 'IT', sort: 'rowsort', label: 'label-1', sql: 'SELECT * FROM t' });
    expect(records[1]).toMatchObject({ sql: "INSERT INTO t VALUES (2, 'x'), (1, NULL),\n  (10, '')" });
    expect(parseScript(SCRIPT, 'mysql')).toEqual([]);
    expect(() => parseScript('quarry I', 'sqlite')).toThrow('line 1');
  });

  it('passes what is right and says what is wrong', async () => {
    const open = await openEngine('node-sqlite');
    const result = runScript(SCRIPT, open());
    expect(result).toMatchObject({ passed: 4, failures: [{ line: 29, message: expect.stringContaining('hash') }] });
    const wrong = SCRIPT.replace('\n10\n', '\n11\n').replace('SELECT nothing', 'SELECT 1');
    expect(runScript(wrong, open()).failures.map(({ line }) => line)).toEqual([19, 29, 34]);
  });

  it('shows values as the sqllogictest program does', () => {
    const cases: [Parameters<typeof formatValue>[0], string, string][] = [
      [null, 'I', 'NULL'],
      [7n, 'I', '7'],
      [2.9, 'I', '2'],
      ['12abc', 'I', '12'],
      [2n ** 32n + 5n, 'I', '5'],
      [1.5, 'R', '1.500'],
      [3n, 'R', '3.000'],
      [-9223372036854775808, 'R', '-9223372036854776000.000'],
      [1, 'T', '1.0'],
      [1e20, 'T', '1.0e+20'],
      ['', 'T', '(empty)'],
      ['a\nb', 'T', 'a@b'],
    ];
    for (const [value, type, text] of cases) expect(formatValue(value, type)).toBe(text);
  });
});
