import { describe, expect, it } from 'vitest';
import { createDatabase, Database } from './database.ts';
import { ColdPage, MemoryStore, SPACE, spaceOf, type StoreKey, TieredStore, type ColdStore } from './fsx/index.ts';

const SCHEMA = `
  CREATE TABLE a (id INTEGER PRIMARY KEY, g INTEGER, x REAL, t TEXT, u TEXT UNIQUE);
  CREATE INDEX a_g ON a (g, t);
  CREATE TABLE b (k TEXT PRIMARY KEY, a INTEGER, n INTEGER) WITHOUT ROWID;
  CREATE INDEX b_a ON b (a DESC);
  CREATE TABLE big (id INTEGER PRIMARY KEY, body TEXT, key BLOB);
  CREATE INDEX big_body ON big (body);
  WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)
    INSERT INTO a SELECT i, i % 37, i * 0.5, 'text ' || (i % 101), 'u' || i FROM c;
  INSERT INTO b SELECT 'k' || id, id % 400, id * 7 % 1000 FROM a;
  INSERT INTO big SELECT id, printf('%.*c', 9000 + id % 5, char(65 + id % 20)), zeroblob(5000) FROM a WHERE id <= 60;
`;

/** One for each operator of the executor. */
const QUERIES: string[] = [
  'SELECT * FROM a WHERE id = 1234',
  "SELECT * FROM a WHERE u = 'u77'",
  'SELECT id, x FROM a WHERE id BETWEEN 100 AND 900',
  'SELECT id FROM a WHERE id > 500 ORDER BY id DESC',
  'SELECT id, t FROM a WHERE g = 5 ORDER BY t DESC, id',
  'SELECT g, t FROM a WHERE g IN (1, 5, 9) ORDER BY g DESC, t DESC',
  'SELECT id FROM a WHERE g = 3 OR id < 40 ORDER BY id',
  'SELECT count(*), sum(x), min(t), max(id) FROM a',
  'SELECT count(*), sum(x) FROM a WHERE x > 100',
  'SELECT g, count(*), sum(x), group_concat(DISTINCT id % 3) FROM a GROUP BY g',
  'SELECT g, t, count(DISTINCT id), total(x), avg(id) FROM a GROUP BY g, t HAVING count(*) > 0 ORDER BY 3, 1, 2',
  'SELECT g, max(x), t, u FROM a GROUP BY g',
  'SELECT t, group_concat(id ORDER BY x DESC) FROM a WHERE id < 300 GROUP BY t',
  'SELECT DISTINCT g % 5, t FROM a ORDER BY 2, 1',
  'SELECT * FROM a ORDER BY t, x DESC LIMIT 20 OFFSET 7',
  'SELECT * FROM a ORDER BY x % 17, id',
  'SELECT a.id, b.k FROM a JOIN b ON b.a = a.id WHERE a.g < 4 ORDER BY 1, 2',
  'SELECT count(*), sum(b.n) FROM a JOIN b ON b.n = a.g',
  'SELECT a.g, count(*), sum(b.n * a.x) FROM b JOIN a ON a.id = b.a GROUP BY a.g',
  "SELECT a.id, b.k FROM a LEFT JOIN b ON b.k = 'k' || (a.id + 2990) ORDER BY 1",
  'SELECT count(b.k), count(a.id) FROM (SELECT * FROM a WHERE id < 100) AS a RIGHT JOIN b ON a.id = b.n',
  'SELECT count(*), count(b.k) FROM (SELECT * FROM a WHERE id < 200) AS a FULL JOIN b ON a.id = b.n',
  'SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.a = a.id AND b.n > 900) ORDER BY id',
  'SELECT id, (SELECT max(n) FROM b WHERE b.a = a.g) FROM a WHERE id < 50',
  'SELECT id FROM a WHERE g = (SELECT n FROM b ORDER BY n DESC, k LIMIT 1) % 37',
  'SELECT count(*) FROM a WHERE id IN (SELECT n FROM b WHERE a > 300)',
  'SELECT count(*) FROM a WHERE (g, id) NOT IN (SELECT b.a % 37, n FROM b)',
  'SELECT id FROM a WHERE g < 3 UNION SELECT n FROM b WHERE a < 5 EXCEPT SELECT 7 ORDER BY 1',
  'SELECT n FROM b INTERSECT SELECT id FROM a WHERE g = 1',
  'SELECT id FROM a WHERE g = 1 UNION ALL SELECT n FROM b WHERE a = 1',
  'SELECT * FROM (SELECT g, count(*) AS c FROM a GROUP BY g) JOIN (SELECT a, sum(n) AS s FROM b GROUP BY a) ON a = g',
  'WITH RECURSIVE f (i, s) AS (SELECT 1, x FROM a WHERE id = 1 UNION ALL SELECT i + 1, a.x FROM f JOIN a ON a.id = i + 1 WHERE i < 200) SELECT count(*), sum(s) FROM f',
  'WITH RECURSIVE f (i) AS (SELECT 1 UNION SELECT (i * 7) % 1009 FROM f ORDER BY 1 DESC) SELECT count(*), max(id) FROM f, a WHERE id = i',
  'WITH m AS MATERIALIZED (SELECT g, sum(x) AS s FROM a GROUP BY g) SELECT m.g, n.s FROM m JOIN m AS n ON n.g = m.g + 1',
  'SELECT id, row_number() OVER (PARTITION BY g ORDER BY x), sum(x) OVER (PARTITION BY g ORDER BY id ROWS 3 PRECEDING) FROM a WHERE id < 700 ORDER BY id',
  'SELECT id, lag(t, 2) OVER (ORDER BY id), count(*) OVER () FROM a WHERE id < 200',
  "SELECT id, length(body), length(key) FROM big WHERE body LIKE 'a%' OR body >= 'P' ORDER BY body, id",
  'SELECT id FROM big ORDER BY body DESC',
  'SELECT value, count(*) FROM a, json_each(json_array(a.g, a.id % 2)) WHERE a.id < 300 GROUP BY value',
  'SELECT count(*) FROM b WHERE n > (SELECT avg(n) FROM b AS o WHERE o.a = b.a)',
];

const CROSS = 'SELECT count(*) AS n FROM a, b WHERE a.id < 60 AND a.x + b.n > 100';

/** A store whose pages are cold from the beginning, and after each read again. */
class ColdPages extends MemoryStore {
  readonly missing = new Set<StoreKey>();
  touches = 0;

  override read(key: StoreKey): Uint8Array | undefined {
    if (this.missing.has(key)) {
      this.touches++;
      throw new ColdPage(key);
    }
    return super.read(key);
  }

  fetch(key: StoreKey): Promise<void> {
    this.missing.delete(key);
    return Promise.resolve();
  }
}

function coolDown(store: ColdPages): void {
  for (const key of store.list(0, Number.MAX_SAFE_INTEGER)) if (spaceOf(key) === SPACE.page) store.missing.add(key);
}

class Objects implements ColdStore {
  readonly objects = new Map<string, Uint8Array>();
  reads = 0;

  read(name: string): Promise<Uint8Array | undefined> {
    this.reads++;
    return Promise.resolve(this.objects.get(name));
  }

  write(objects: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    for (const [name, bytes] of objects) this.objects.set(name, bytes);
    return Promise.resolve();
  }

  delete(names: readonly string[]): Promise<void> {
    for (const name of names) this.objects.delete(name);
    return Promise.resolve();
  }

  list(): Promise<string[]> {
    return Promise.resolve([...this.objects.keys()]);
  }
}

describe('queryAsync', () => {
  it('gives what query gives, whatever the size of its slices', async () => {
    const db = createDatabase(SCHEMA);
    for (const sql of QUERIES) {
      const expected = db.query(sql);
      expect(expected.length, sql).toBeGreaterThan(0);
      for (const sliceSteps of [1000, 10_000])
        expect(await db.queryAsync(sql, [], { sliceSteps }), sql).toEqual(expected);
    }
  }, 60_000);

  it('lets others in between slices, and reads the state of its beginning', async () => {
    const db = createDatabase(SCHEMA);
    let turns = 0;
    let isDone = false;
    const timer = setInterval(() => {
      if (isDone) return;
      turns++;
      db.exec('INSERT INTO a (g) VALUES (1)');
    }, 0);
    const rows = await db.queryAsync(CROSS, [], { sliceSteps: 5000 });
    isDone = true;
    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect(rows).toEqual(createDatabase(SCHEMA).query(CROSS));
  }, 60_000);

  it('ends by its deadline, its steps or its signal', async () => {
    const db = createDatabase(SCHEMA);
    const endless = 'WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i FROM c) SELECT count(*) FROM c, c AS d';
    await expect(db.queryAsync(endless, [], { timeoutMs: 30 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expect(db.queryAsync(endless, [], { steps: 100_000 })).rejects.toMatchObject({ code: 'STEP_LIMIT' });
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(db.queryAsync(endless, [], { signal: controller.signal, sliceSteps: 1000 })).rejects.toThrow('enough');
    expect(db.stats.views).toBe(0);
  });

  it('streams rows, and lets go of its state when the reader stops', async () => {
    const db = createDatabase(SCHEMA);
    const ids: unknown[] = [];
    for await (const { id } of db.prepare('SELECT id FROM a').iterateAsync([], { sliceSteps: 100 })) {
      ids.push(id);
      if (ids.length === 1000) break;
    }
    expect(ids.at(-1)).toBe(1000);
    expect(db.stats.views).toBe(0);
  });
});

describe('cold pages', () => {
  it('are waited for wherever a query first touches them, and nothing is lost or told twice', async () => {
    const warm = createDatabase(SCHEMA);
    const store = new ColdPages();
    const first = new Database('test', store);
    first.exec(SCHEMA);
    first.checkpoint();
    for (const sql of QUERIES) {
      store.missing.clear();
      const db = new Database('test', store);
      coolDown(store);
      store.touches = 0;
      expect(await db.queryAsync(sql), sql).toEqual(warm.query(sql));
      expect(store.touches, sql).toBeGreaterThan(0);
    }
  }, 60_000);

  it('come from the cold side of a tiered store, for reads and writes', async () => {
    const objects = new Objects();
    const store = new TieredStore(new MemoryStore(), objects);
    const first = new Database('test', store);
    first.exec(SCHEMA);
    first.checkpoint();
    const db = new Database('test', store);
    await store.demote(store.list(0, Number.MAX_SAFE_INTEGER).filter((key) => spaceOf(key) === SPACE.page));
    expect(() => db.query('SELECT count(*) FROM a WHERE x > 1')).toThrow(ColdPage);
    expect(await db.queryAsync('SELECT count(*) AS n FROM a WHERE x > 1')).toEqual([{ n: 2998 }]);
    await db.execAsync('UPDATE b SET n = n + 1 WHERE a = 7; DELETE FROM a WHERE id > 2900; DELETE FROM big');
    expect(await db.queryAsync('SELECT count(*) AS n FROM a')).toEqual([{ n: 2900 }]);
    expect(await db.queryAsync('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(objects.reads).toBeGreaterThan(50);
  }, 60_000);
});
