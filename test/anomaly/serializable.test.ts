import { isSqlError, type IsolationLevel } from '@dotdo/shared-types';
import { expect, it } from 'vitest';
import { MemoryStore } from '../../packages/dosql/src/fsx/memory.ts';
import {
  LockingSession,
  plainSchema,
  Storage,
  tableLocks,
  type Table,
  type TxnSession,
} from '../../packages/dosql/src/txn/index.ts';
import { randomOf } from '../crash/script.ts';

const WORKERS = 6;
const WITHDRAWALS = 40;

interface Outcome {
  readonly total: number;
  readonly withdrawn: number;
  readonly refused: Record<string, number>;
}

/**
 * Workers withdraw from two accounts, in two tables, after looking at both: the sum must not fall below zero. Each
 * looks, waits a while and then writes, so that they get in each other's way; what is refused is tried again.
 */
async function withdraw(level: IsolationLevel, seed: number): Promise<Outcome> {
  const storage = Storage.open({ store: new MemoryStore(), locks: tableLocks }, plainSchema);
  const random = randomOf(seed);
  const owner = storage.session();
  const text = JSON.stringify({ columns: ['any', 'any'], key: [{}] });
  const accounts = [owner.createTable('a', text), owner.createTable('b', text)] as const;
  for (const account of accounts) owner.insert(account, [1, 50]);
  const balance = (session: TxnSession, account: Table): number => session.read(account).get([1])?.[1] as number;
  const refused: Record<string, number> = {};
  let withdrawn = 0;

  async function once(session: LockingSession): Promise<void> {
    const amount = 1 + Math.floor(random() * 5);
    const from = accounts[random() < 0.5 ? 0 : 1];
    await session.begin({ isolation: level, private: true });
    await session.lock(random() < 0.5 ? accounts : accounts.toReversed(), []);
    const sum = session.statement(() => balance(session, accounts[0]) + balance(session, accounts[1]));
    await pause(random);
    if (sum >= amount) {
      await session.lock([], [from]);
      session.statement(() => {
        const now = balance(session, from);
        session.update(from, [1, now], [1, now - amount]);
      });
    }
    await pause(random);
    await session.lockForCommit();
    session.commit();
    if (sum >= amount) withdrawn += amount;
  }

  async function work(): Promise<void> {
    const session = storage.session(LockingSession);
    for (let done = 0; done < WITHDRAWALS;) {
      try {
        await once(session);
        done++;
      } catch (error) {
        if (!isSqlError(error) || !error.retryable) throw error;
        refused[error.code] = (refused[error.code] ?? 0) + 1;
        session.rollback();
        await pause(random);
      }
    }
  }

  await Promise.all(Array.from({ length: WORKERS }, work));
  expect(storage.check().problems).toEqual([]);
  expect(storage.stats.views).toBe(0);
  return { total: balance(owner, accounts[0]) + balance(owner, accounts[1]), withdrawn, refused };
}

async function pause(random: () => number): Promise<void> {
  for (let turns = Math.floor(random() * 6); turns > 0; turns--) await Promise.resolve();
}

it('keeps an invariant over two tables among workers that wait, deadlock and try again, at SERIALIZABLE', async () => {
  const refused: Record<string, number> = {};
  for (let seed = 1; seed <= 20; seed++) {
    const outcome = await withdraw('SERIALIZABLE', seed);
    expect(outcome.total).toBe(100 - outcome.withdrawn);
    expect(outcome.total).toBeGreaterThanOrEqual(0);
    Object.assign(refused, outcome.refused);
  }
  expect(Object.keys(refused)).toEqual(['DEADLOCK']);
});

it('breaks the invariant at SNAPSHOT, which admits write skew, and loses no update there', async () => {
  let least = Infinity;
  for (let seed = 1; seed <= 20; seed++) {
    const { total, withdrawn } = await withdraw('SNAPSHOT', seed);
    expect(total).toBe(100 - withdrawn);
    least = Math.min(least, total);
  }
  expect(least).toBeLessThan(0);
});
