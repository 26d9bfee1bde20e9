import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ErrorCodeInfo } from './code-info.ts';
import { errorCodeInfo } from './error-body.ts';
import { hintOf } from './hints.ts';
import { LAKE_ERROR_CODES, isLakeErrorCode, type LakeErrorCode } from './lake-codes.ts';
import { ERROR_CODES, isSqlErrorCode, type SqlErrorCode } from './sql-codes.ts';
import { DATABASE_CODES } from './database-codes.ts';
import { EXECUTION_CODES } from './execution-codes.ts';
import { LAKE_ONLY_CODES } from './lake-only-codes.ts';
import { SERVICE_CODES, type ServiceErrorCode } from './service-codes.ts';
import { STATEMENT_CODES } from './statement-codes.ts';

const parts = [SERVICE_CODES, STATEMENT_CODES, EXECUTION_CODES, DATABASE_CODES, LAKE_ONLY_CODES];
const all: [string, ErrorCodeInfo][] = parts.flatMap((part) => Object.entries<ErrorCodeInfo>(part));

describe('error table', () => {
  it('has each code in one part only', () => {
    const codes = all.map(([code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('shares between the two services exactly the service codes', () => {
    const shared = Object.keys(ERROR_CODES).filter((code) => Object.hasOwn(LAKE_ERROR_CODES, code));
    expect(shared.sort()).toEqual(Object.keys(SERVICE_CODES).sort());
    expectTypeOf<SqlErrorCode & LakeErrorCode>().toEqualTypeOf<ServiceErrorCode>();
  });

  it.each(all)('%s is a word with an error status and a sentence for a hint', (code, info) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(info.status).toBeGreaterThanOrEqual(400);
    expect(info.status).toBeLessThanOrEqual(599);
    expect(Number.isInteger(info.status)).toBe(true);
    const hint = hintOf(code as SqlErrorCode);
    expect(hint).toMatch(/^\S.{10,}\.$/);
    expect(hint).not.toMatch(/ {2}/);
  });

  it.each(all.filter(([, info]) => info.retryable))(
    '%s is retryable, and its status says so to a plain HTTP client',
    (code, info) => {
      expect(code).not.toMatch(/_VIOLATION$/);
      expect(info.sqlite).not.toBe('SQLITE_CONSTRAINT');
      expect([404, 409, 421, 429, 503, 504]).toContain(info.status);
    },
  );

  it('never calls a refused token, a mistake in a statement or damage retryable', () => {
    for (const [code, info] of all) {
      if ([400, 401, 403, 413, 422, 500, 501, 507].includes(info.status))
        expect([code, info.retryable]).toEqual([code, false]);
    }
  });

  it('gives every constraint its SQLite code', () => {
    const violations = all.filter(([code]) => code.endsWith('_VIOLATION'));
    expect(violations.length).toBe(6);
    for (const [, info] of violations) expect(info.sqlite).toBe('SQLITE_CONSTRAINT');
  });

  it('looks codes up by own name only', () => {
    expect(isSqlErrorCode('toString')).toBe(false);
    expect(isLakeErrorCode('__proto__')).toBe(false);
    expect(isSqlErrorCode('CDC_GAP')).toBe(false);
    expect(isLakeErrorCode('BUSY')).toBe(false);
    expect(errorCodeInfo('UNIQUE_VIOLATION').status).toBe(409);
    expect(errorCodeInfo('CDC_GAP').retryable).toBe(true);
  });

  it('fits the type of its rows, and its codes are a closed union', () => {
    expectTypeOf<typeof ERROR_CODES>().toExtend<Record<SqlErrorCode, ErrorCodeInfo>>();
    expectTypeOf<typeof LAKE_ERROR_CODES>().toExtend<Record<LakeErrorCode, ErrorCodeInfo>>();
    expectTypeOf<string>().not.toExtend<SqlErrorCode>();
    expectTypeOf<'UNIQUE_VIOLATION'>().toExtend<SqlErrorCode>();
    expectTypeOf<'CDC_GAP'>().not.toExtend<SqlErrorCode>();
  });
});
