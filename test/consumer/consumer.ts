/** Compiled, never run: what an application writes against the published declarations. */
import { VERSION } from '@dotdo/dosql';
import { createLakeClient, type LakeClient } from '@dotdo/lake.do';
import { type CDCEvent, isSqlError, type LSN, lsn, type Pong, type QueryResult, SqlError } from '@dotdo/shared-types';
import { createSQLClient, type SQLClient } from '@dotdo/sql.do';

const client: SQLClient = createSQLClient({ url: 'https://sql.example.com', token: 't', database: 'tenant' });
const lake: LakeClient = createLakeClient({ url: 'https://lake.example.com', token: 't' });
const pong: Pong = await client.ping();
const position: LSN = lsn(7n);
const event: CDCEvent<{ id: number }> = {
  lsn: position,
  table: 'users',
  operation: 'INSERT',
  timestamp: 0,
  after: { id: 1 },
};

// @ts-expect-error a bigint is not yet an LSN
const unbranded: LSN = 7n;

export function names(result: QueryResult<{ name: string }>): string[] {
  return result.rows.map((row) => row.name);
}

export function isMissingTable(error: unknown): boolean {
  return isSqlError(error, 'NO_SUCH_TABLE') || error instanceof SqlError;
}

console.log(VERSION, pong.version, event.after?.id, unbranded);
lake.close();
