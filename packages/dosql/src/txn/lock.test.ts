import { beforeEach, describe, expect, it } from 'vitest';
import type { SqlError } from '@dotdo/shared-types';
import { LockTable } from './lock.ts';
import type { LockMode, LockOwner } from './sole.ts';

let timers: { run: () => void; delayMs: number }[];
let locks: LockTable;
let age: number;

class Owner implements LockOwner {
  readonly age = ++age;
  aborted: SqlError | undefined;
  log: string[] = [];

  abort(error: SqlError): void {
    this.aborted = error;
    locks.release(this);
  }

  /** Asks for a lock on resource 1 or another; notes in the log how that ends. */
  ask(mode: LockMode, resource = 1): 'granted' | 'waits' {
    const wait = locks.acquire(this, [{ resource, mode }], 100);
    if (wait === undefined) return 'granted';
    wait.then(
      () => this.log.push('granted'),
      (error: unknown) => this.log.push((error as SqlError).code),
    );
    return 'waits';
  }
}

/** Lets promises settle. */
async function settled(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

beforeEach(() => {
  timers = [];
  age = 0;
  locks = new LockTable((run, delayMs) => {
    const timer = { run, delayMs };
    timers.push(timer);
    return () => timers.splice(timers.indexOf(timer), 1);
  });
});

describe('LockTable', () => {
  it('lets readers and one writer hold a table together, and a second writer wait', () => {
    const [a, b, c] = [new Owner(), new Owner(), new Owner()];
    expect([a.ask('SHARED'), b.ask('SHARED'), b.ask('RESERVED'), c.ask('SHARED')]).not.toContain('waits');
    expect(c.ask('RESERVED')).toBe('waits');
    expect(locks.heldBy(b, 1)).toBe('RESERVED');
  });

  it('keeps new readers out while a writer waits for the old ones, and grants in order', async () => {
    const [reader, writer, late] = [new Owner(), new Owner(), new Owner()];
    reader.ask('SHARED');
    writer.ask('RESERVED');
    expect(writer.ask('EXCLUSIVE')).toBe('waits');
    expect(locks.heldBy(writer, 1)).toBe('PENDING');
    expect(late.ask('SHARED')).toBe('waits');
    locks.release(reader);
    await settled();
    expect(locks.heldBy(writer, 1)).toBe('EXCLUSIVE');
    expect(late.log).toEqual([]);
    locks.release(writer);
    await settled();
    expect([writer.log, late.log]).toEqual([['granted'], ['granted']]);
    locks.release(late);
    expect(locks.active).toBe(false);
  });

  it('does not let a stream of readers overtake a request for EXCLUSIVE', () => {
    const [a, b, c] = [new Owner(), new Owner(), new Owner()];
    a.ask('SHARED');
    expect(b.ask('EXCLUSIVE')).toBe('waits');
    expect(c.ask('SHARED')).toBe('waits');
  });

  it('ends a wait with LOCK_TIMEOUT, and then lets those behind it pass', async () => {
    const [a, b, c] = [new Owner(), new Owner(), new Owner()];
    a.ask('SHARED');
    b.ask('EXCLUSIVE');
    c.ask('SHARED');
    expect(timers[0]?.delayMs).toBe(100);
    timers[0]?.run();
    await settled();
    expect([b.log, c.log]).toEqual([['LOCK_TIMEOUT'], ['granted']]);
    expect(timers).toEqual([]);
  });

  it('aborts the youngest of two that wait for each other, whoever closes the circle', async () => {
    for (const olderCloses of [true, false]) {
      const [old, young] = [new Owner(), new Owner()];
      old.ask('EXCLUSIVE', 1);
      young.ask('EXCLUSIVE', 2);
      if (olderCloses) {
        young.ask('SHARED', 1);
        old.ask('SHARED', 2);
      } else {
        old.ask('SHARED', 2);
        young.ask('SHARED', 1);
      }
      await settled();
      expect([old.log, young.log]).toEqual([['granted'], ['DEADLOCK']]);
      expect(young.aborted?.retryable).toBe(true);
      locks.release(old);
    }
  });

  it('finds a circle of three', async () => {
    const owners = [new Owner(), new Owner(), new Owner()];
    for (const [i, owner] of owners.entries()) owner.ask('EXCLUSIVE', i);
    for (const [i, owner] of owners.entries()) owner.ask('SHARED', (i + 1) % 3);
    await settled();
    expect(owners.map((owner) => owner.log)).toEqual([[], ['granted'], ['DEADLOCK']]);
  });

  it('resolves the upgrade of two readers to writers', async () => {
    const [a, b] = [new Owner(), new Owner()];
    a.ask('SHARED');
    b.ask('SHARED');
    a.ask('EXCLUSIVE');
    b.ask('EXCLUSIVE');
    await settled();
    expect([a.log, b.log]).toEqual([['granted'], ['DEADLOCK']]);
  });

  it('takes what comes at once without a promise, or says that it does not', () => {
    const [a, b] = [new Owner(), new Owner()];
    expect(locks.take(a, [{ resource: 1, mode: 'RESERVED' }])).toBe(true);
    expect(locks.available(b, { resource: 1, mode: 'RESERVED' })).toBe(false);
    expect(locks.take(b, [{ resource: 1, mode: 'RESERVED' }])).toBe(false);
    expect(locks.heldBy(b, 1)).toBeUndefined();
  });

  it('grants at random without ever letting incompatible locks be held together, and leaves nothing behind', async () => {
    const random = (
      (state) => () =>
        (state = (state * 48_271) % 0x7fff_ffff) / 0x7fff_ffff
    )(7);
    const owners = new Set<Owner>();
    const modes: LockMode[] = ['SHARED', 'RESERVED', 'EXCLUSIVE'];
    for (let i = 0; i < 3000; i++) {
      if (owners.size < 6) owners.add(new Owner());
      const owner = [...owners][Math.floor(random() * owners.size)] as Owner;
      const asked = owner.log.length;
      if (random() < 0.3) {
        locks.release(owner);
        owners.delete(owner);
      } else if (owner.ask(modes[Math.floor(random() * 3)] as LockMode, Math.floor(random() * 3)) === 'waits') {
        await settled();
        if (owner.log.length === asked) owners.delete(owner); // leave it waiting; it is released at the end
        if (owner.log.length === asked) locks.release(owner);
      }
      if (owner.aborted !== undefined) owners.delete(owner);
      for (let resource = 0; resource < 3; resource++) {
        const held = [...owners].map((owner) => locks.heldBy(owner, resource)).filter((mode) => mode !== undefined);
        if (held.includes('EXCLUSIVE')) expect(held).toHaveLength(1);
        expect(held.filter((mode) => mode !== 'SHARED').length).toBeLessThanOrEqual(1);
      }
    }
    for (const owner of owners) locks.release(owner);
    expect(locks.active).toBe(false);
    expect(timers).toEqual([]);
  });
});
