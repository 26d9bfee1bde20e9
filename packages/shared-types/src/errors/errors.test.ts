import { hintOf } from './hints.ts';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { errorFromBody, publicError, toErrorBody, toIcebergErrorBody } from './error-body.ts';
import { isLakeError, isSqlError, rehydrateError } from './recognize.ts';
import { LakeError } from './lake-error.ts';
import { SqlError } from './sql-error.ts';

const full = new SqlError('NO_SUCH_COLUMN', 'no such column: nmae', {
  retryable: true,
  retryAfterMs: 250,
  outcome: 'not_applied',
  position: { line: 1, column: 8, offset: 7 },
  suggestion: 'name',
  requestId: 'r-1',
  details: { table: 'users', nested: [1, null] },
  cause: new Error('secret'),
});

/** Own enumerable fields: what a copy, JSON or RPC sees. */
const fieldsOf = (error: object): Record<string, unknown> => Object.assign<Record<string, unknown>, object>({}, error);

/** What Cap'n Web does to an error: message and own fields stay, name and class are lost, `cause` comes along. */
function overRpc(error: Error): Error {
  const { name: _name, message: _message, stack: _stack, ...fields } = error as Error & Record<string, unknown>;
  return Object.assign(new Error(error.message), structuredClone(fields));
}

describe('SqlError', () => {
  it('has status and retryability of its code', () => {
    const error = new SqlError('UNIQUE_VIOLATION', 'UNIQUE constraint failed: users.email');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'SqlError',
      service: 'sql',
      code: 'UNIQUE_VIOLATION',
      status: 409,
      retryable: false,
    });
    expect(String(error)).toBe('SqlError: UNIQUE constraint failed: users.email');
    expect(error.cause).toBe(undefined);
  });

  it('has what does not apply not at all, and everything else as own enumerable fields', () => {
    expect(Object.keys(new SqlError('BUSY', 'database is locked')).sort()).toEqual([
      'code',
      'retryable',
      'service',
      'status',
    ]);
    expect(Object.keys(full).sort()).toEqual(
      [
        'code',
        'details',
        'outcome',
        'position',
        'requestId',
        'retryAfterMs',
        'retryable',
        'service',
        'status',
        'suggestion',
      ].sort(),
    );
    expect(full.retryable).toBe(true);
    expect((full.cause as Error).message).toBe('secret');
  });

  it('copies its details into plain JSON', () => {
    const error = new SqlError('INTERNAL', 'x', { details: { big: 1n, drop: () => 1 } as never });
    expect(error.details).toEqual({ big: '1' });
  });
});

describe('isSqlError, isLakeError', () => {
  it('match on the code, with or without the class', () => {
    for (const error of [full, overRpc(full), fieldsOf(full)]) {
      expect(isSqlError(error)).toBe(true);
      expect(isSqlError(error, 'NO_SUCH_COLUMN')).toBe(true);
      expect(isSqlError(error, 'BUSY')).toBe(false);
      expect(isLakeError(error)).toBe(false);
    }
  });

  it('tell the services apart for the codes that they share', () => {
    const error = overRpc(new LakeError('FORBIDDEN', 'no'));
    expect(isLakeError(error, 'FORBIDDEN')).toBe(true);
    expect(isSqlError(error)).toBe(false);
    expect(isSqlError(overRpc(new SqlError('FORBIDDEN', 'no')), 'FORBIDDEN')).toBe(true);
  });

  it('do not take foreign errors for ours', () => {
    const foreign = Object.assign(new Error('x'), { code: 'TIMEOUT' });
    for (const value of [
      foreign,
      { code: 'BUSY' },
      null,
      undefined,
      'BUSY',
      { code: 'toString', status: 400, retryable: false },
    ]) {
      expect(isSqlError(value)).toBe(false);
      expect(isLakeError(value)).toBe(false);
    }
  });

  it('narrow the code', () => {
    const error: unknown = full;
    if (isSqlError(error, 'NO_SUCH_COLUMN')) expectTypeOf(error.code).toEqualTypeOf<'NO_SUCH_COLUMN'>();
    if (isLakeError(error)) expectTypeOf(error).toEqualTypeOf<LakeError & { readonly code: LakeError['code'] }>();
  });
});

describe('rehydrateError', () => {
  it('gives class, name and every field back', () => {
    const back = rehydrateError(overRpc(full));
    expect(back).toBeInstanceOf(SqlError);
    expect(fieldsOf(back as SqlError)).toEqual(fieldsOf(full));
    expect((back as SqlError).message).toBe(full.message);
    expect(rehydrateError(overRpc(new LakeError('CDC_GAP', 'gap')))).toBeInstanceOf(LakeError);
    expect(rehydrateError(overRpc(new LakeError('TIMEOUT', 'late')))).toBeInstanceOf(LakeError);
  });

  it('leaves anything else as it is', () => {
    for (const value of [new TypeError('x'), null, 5, full]) expect(rehydrateError(value)).toBe(value);
  });

  it('takes over only fields of the right type', () => {
    const forged = {
      ...fieldsOf(full),
      message: 'm',
      position: { line: 'x' },
      outcome: 'perhaps',
      retryAfterMs: -1,
      requestId: {},
      suggestion: 4,
      details: 'd',
    };
    const back = rehydrateError(forged) as SqlError;
    expect(Object.keys(back).sort()).toEqual(['code', 'retryable', 'service', 'status']);
  });
});

describe('error bodies', () => {
  it('come back from JSON and from structuredClone with every field, and without stack and cause', () => {
    for (const error of [
      full,
      new LakeError('BUFFER_FULL', 'wait', { retryAfterMs: 5 }),
      new LakeError('INTERNAL', 'x'),
    ]) {
      const body = toErrorBody(error);
      expect(JSON.stringify(body)).not.toMatch(/secret|stack|cause/);
      for (const copy of [JSON.parse(JSON.stringify(body)), structuredClone(body)]) {
        const back = errorFromBody(copy);
        expect(back.constructor).toBe(error.constructor);
        expect({ ...fieldsOf(back), message: back.message }).toEqual({
          hint: hintOf(error.code),
          ...fieldsOf(error),
          message: error.message,
        });
      }
    }
  });

  it('say nothing of an unknown error but that it happened', () => {
    for (const thrown of [new Error('password=hunter2'), 'password=hunter2', undefined, { code: 'hunter2' }]) {
      const body = toErrorBody(thrown, { requestId: 'r-9' });
      expect(body.error).toMatchObject({
        service: 'sql',
        code: 'INTERNAL',
        status: 500,
        message: 'internal error',
        requestId: 'r-9',
      });
      expect(JSON.stringify(body)).not.toContain('hunter2');
    }
    expect(toErrorBody(new Error('x'), { service: 'lake' }).error.service).toBe('lake');
  });

  it('call an abort by signal ABORTED', () => {
    expect(toErrorBody(new DOMException('gone', 'AbortError')).error.code).toBe('ABORTED');
  });

  it('become a PROTOCOL_ERROR when they have another form', () => {
    for (const body of [
      null,
      undefined,
      'x',
      {},
      { error: 'x' },
      { error: {} },
      { error: { code: 5, message: 'm' } },
    ]) {
      expect(errorFromBody(body).code).toBe('PROTOCOL_ERROR');
    }
  });

  it('keep message and code of an error that only a newer server knows', () => {
    const error = errorFromBody({ error: { code: 'BRAND_NEW', message: 'm', retryable: true, service: 'lake' } });
    expect(error).toBeInstanceOf(LakeError);
    expect(error).toMatchObject({ code: 'INTERNAL', message: 'm', retryable: true, details: { code: 'BRAND_NEW' } });
  });
});

describe('publicError', () => {
  it('has neither cause nor stack, and leaves the original alone', () => {
    const sent = publicError(full);
    expect('cause' in sent).toBe(false);
    expect(sent.stack).toBe('');
    expect(fieldsOf(sent)).toEqual({ ...fieldsOf(full), hint: hintOf(full.code) });
    expect((full.cause as Error).message).toBe('secret');
  });

  it('keeps the request id that an error has, and gives it one otherwise', () => {
    expect(publicError(full, { requestId: 'other' }).requestId).toBe('r-1');
    expect(publicError(new SqlError('BUSY', 'x'), { requestId: 'mine' }).requestId).toBe('mine');
  });
});

describe('toIcebergErrorBody', () => {
  it('uses the names and statuses of the REST specification', () => {
    const of = (error: unknown) => toIcebergErrorBody(error).error;
    expect(of(new LakeError('NO_SUCH_NAMESPACE', 'm'))).toEqual({
      message: 'm',
      type: 'NoSuchNamespaceException',
      code: 404,
    });
    expect(of(new LakeError('COMMIT_FAILED', 'm'))).toEqual({ message: 'm', type: 'CommitFailedException', code: 409 });
    expect(of(new LakeError('UNSUPPORTED', 'm'))).toEqual({
      message: 'm',
      type: 'UnsupportedOperationException',
      code: 406,
    });
    expect(of(new SqlError('SYNTAX_ERROR', 'm'))).toEqual({ message: 'm', type: 'BadRequestException', code: 400 });
    expect(of(new LakeError('SCAN_TOO_LARGE', 'm')).type).toBe('UnprocessableEntityException');
    expect(of(new Error('secret'))).toEqual({ message: 'internal error', type: 'InternalServerError', code: 500 });
  });
});
