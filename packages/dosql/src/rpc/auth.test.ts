import { describe, expect, it } from 'vitest';
import { covers, parseScope, TokenTable } from './auth.ts';

const table = new TokenTable(
  JSON.stringify({ admin: ['db:*:admin', 'lake:*:admin'], reader: ['db:tenant-1:read'], none: [] }),
);
const read = (name: string) => ({ kind: 'db', name, right: 'read' }) as const;

describe('parseScope', () => {
  it('reads kind, name and right', () => {
    expect(parseScope('db:tenant-1:write')).toEqual({ kind: 'db', name: 'tenant-1', right: 'write' });
    expect(parseScope('lake:*:admin')).toEqual({ kind: 'lake', name: '*', right: 'admin' });
  });

  it.each(['', 'db', 'db:a', 'db:a:own', 'tape:a:read', 'db::read', 'db:a b:read', 'db:a:read ', 'db:a:b:read'])(
    'refuses %j',
    (text) => {
      expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    },
  );
});

describe('covers', () => {
  it('contains lower rights, and only names and kinds that match', () => {
    const scopes = [parseScope('db:a:write'), parseScope('lake:*:read')];
    expect(covers(scopes, read('a'))).toBe(true);
    expect(covers(scopes, parseScope('db:a:admin'))).toBe(false);
    expect(covers(scopes, read('b'))).toBe(false);
    expect(covers(scopes, parseScope('lake:any:read'))).toBe(true);
    expect(covers(scopes, parseScope('lake:any:write'))).toBe(false);
  });
});

describe('TokenTable', () => {
  it('lets a token in where its scopes reach', async () => {
    await expect(table.authorize('admin', read('anything'))).resolves.toHaveLength(2);
    await expect(table.authorize('reader', read('tenant-1'))).resolves.toHaveLength(1);
  });

  it.each(['', 'unknown', 'Admin', 'admin ', '__proto__', 'x'.repeat(10_000), undefined, null, 7, {}])(
    'refuses the token %j as unauthenticated',
    async (token) => {
      await expect(table.authorize(token, read('a'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    },
  );

  it('refuses a known token elsewhere as forbidden', async () => {
    await expect(table.authorize('reader', read('tenant-2'))).rejects.toMatchObject({ code: 'FORBIDDEN', status: 403 });
    await expect(table.authorize('none', read('tenant-1'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('lets nobody in without configuration', async () => {
    await expect(new TokenTable(undefined).authorize('', read('a'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each(['no json', '[]', '7', '{"a":"db:*:read"}', '{"a":[7]}'])('refuses the configuration %s', (json) => {
    expect(() => new TokenTable(json)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('reports a bad scope at the first look-up', async () => {
    await expect(new TokenTable('{"a":["db"]}').authorize('a', read('a'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});
