/**
 * The embedded store: one directory with
 *   store.dat   everything: frames as store-file.ts lays them out
 *   store.new   a file in the making: renamed to store.dat when it is durable, else left over and deleted
 *   lock        who has the directory open
 * Values stay in the file; memory holds where each one lies. The only file of the engine that sees Node.
 */
import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { SqlError } from '@dotdo/shared-types';
import { type BlockFile, DataFile } from './data-file.ts';
import type { Store, StoreBatch, StoreKey } from './store.ts';

export interface NodeFileOptions {
  /** 'commit', the default: `write` returns when the batch is durable. 'turn': `flush` makes it so. */
  readonly durability?: 'commit' | 'turn';
  /** Below this many bytes of garbage the file is never compacted; 4 MB. */
  readonly garbageBytesMax?: number;
}

/** A lock without content is being written; older than this its writer has died. */
const LOCK_WRITE_MS = 5000;

export class NodeFileStore implements Store {
  readonly maxValueBytes: number = 1 << 30;
  readonly directory: string;
  readonly #everyCommit: boolean;
  readonly #garbageMax: number;
  readonly #lock: string;
  #file: NodeFile;
  #data: DataFile;
  /** Garbage below this is left alone; rises when a compaction failed. */
  #garbageFloor: number;
  #state: 'open' | 'closed' | 'failed' = 'open';

  /**
   * Opens the directory, which is made when it is not there.
   * @throws {SqlError} STORE_LOCKED when a living process has it open
   * @throws {SqlError} CORRUPT_LOG, UNSUPPORTED_FORMAT or NOT_A_DATABASE, see `openFile`
   * @throws {SqlError} STORAGE_FAILED when the file system refuses
   */
  static open(directory: string, options: NodeFileOptions = {}): NodeFileStore {
    return new NodeFileStore(resolve(directory), options);
  }

  private constructor(directory: string, options: NodeFileOptions) {
    this.directory = directory;
    this.#everyCommit = options.durability !== 'turn';
    this.#garbageMax = options.garbageBytesMax ?? 4 << 20;
    this.#garbageFloor = this.#garbageMax;
    guard(() => mkdirSync(directory, { recursive: true }));
    this.#lock = guard(() => takeLock(join(directory, 'lock')));
    try {
      ({ file: this.#file, data: this.#data } = guard(() => this.#load()));
    } catch (error) {
      releaseLock(this.#lock);
      throw error;
    }
  }

  read(key: StoreKey): Uint8Array | undefined {
    this.#check();
    return guard(() => this.#data.read(key));
  }

  readHead(key: StoreKey, length: number): Uint8Array | undefined {
    this.#check();
    return guard(() => this.#data.readHead(key, length));
  }

  list(first: StoreKey, last: StoreKey): StoreKey[] {
    this.#check();
    return this.#data.extents.list(first, last);
  }

  write(batch: StoreBatch): void {
    this.#check();
    if (batch.puts.length + batch.deletes.length === 0) return;
    this.#orFail(() => {
      this.#data.append(batch);
      if (this.#everyCommit) this.#data.sync();
    });
    const { fileBytes, liveBytes } = this.usage;
    const garbage = fileBytes - liveBytes;
    if (garbage > this.#garbageFloor && garbage * 2 > fileBytes) this.#compact();
  }

  flush(): void {
    this.#check();
    this.#orFail(() => this.#data.sync());
  }

  close(): void {
    if (this.#state === 'closed') return;
    try {
      if (this.#state === 'open') this.#orFail(() => this.#data.seal());
    } finally {
      this.#state = 'closed';
      this.#file.close();
      releaseLock(this.#lock);
    }
  }

  /** Bytes of the file, and how many of them hold what is still there. */
  get usage(): { fileBytes: number; liveBytes: number } {
    return { fileBytes: this.#data.size, liveBytes: this.#data.live };
  }

  #path(name: string): string {
    return join(this.directory, name);
  }

  #check(): void {
    if (this.#state === 'open') return;
    if (this.#state === 'closed') throw new SqlError('DATABASE_CLOSED', 'the store is closed');
    throw new SqlError('STORAGE_FAILED', 'an earlier write failed; open the store again');
  }

  /** After a failed write or fsync nobody knows what the disk holds: only opening it again tells. */
  #orFail(work: () => void): void {
    try {
      guard(work);
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  #load(): { file: NodeFile; data: DataFile } {
    const fresh = this.#path('store.new');
    const path = this.#path('store.dat');
    rmSync(fresh, { force: true });
    const exists = statSync(path, { throwIfNoEntry: false }) !== undefined;
    const file = new NodeFile(exists ? path : fresh, exists ? 'r+' : 'w+', path);
    try {
      if (exists) return { file, data: DataFile.open(file) };
      const data = DataFile.create(file);
      data.seal();
      renameSync(fresh, path);
      syncDirectory(this.directory);
      return { file, data };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Copies what is still there to a new file and puts it in the place of store.dat. At every step either the
   * old file or the whole new one has that name, and both hold the same. A failure before the rename, such as a
   * full disk, leaves the old file in use.
   */
  #compact(): void {
    const fresh = this.#path('store.new');
    const path = this.#path('store.dat');
    let file: NodeFile | undefined;
    let data: DataFile;
    try {
      file = new NodeFile(fresh, 'w+', path);
      data = DataFile.create(file);
      data.take(this.#data);
      data.seal();
    } catch {
      if (file !== undefined) {
        file.close();
        rmSync(fresh, { force: true });
      }
      this.#garbageFloor = (this.#data.size - this.#data.live) * 2;
      return;
    }
    const old = this.#file;
    this.#file = file;
    this.#data = data;
    this.#garbageFloor = this.#garbageMax;
    this.#orFail(() => {
      old.close();
      renameSync(fresh, path);
      syncDirectory(this.directory);
    });
  }
}

class NodeFile implements BlockFile {
  /** Where the file is to be found once it is in use. */
  readonly path: string;
  readonly #fd: number;

  constructor(at: string, flags: string, path: string) {
    this.path = path;
    this.#fd = openSync(at, flags);
  }

  size(): number {
    return fstatSync(this.#fd).size;
  }

  read(into: Uint8Array, offset: number): void {
    for (let done = 0; done < into.length;) {
      const count = readSync(this.#fd, into, done, into.length - done, offset + done);
      if (count === 0) throw new Error(`${this.path} ends at ${offset + done}`);
      done += count;
    }
  }

  write(bytes: Uint8Array, offset: number): void {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, offset + done);
    }
  }

  truncate(size: number): void {
    ftruncateSync(this.#fd, size);
  }

  sync(): void {
    fdatasyncSync(this.#fd);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Makes a rename durable. Windows cannot open a directory and needs no more than the rename. */
function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function errorCode(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

/** Turns an error of the file system into STORAGE_FULL or STORAGE_FAILED. */
function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SqlError) throw error;
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(errorCode(error)));
    throw new SqlError(full ? 'STORAGE_FULL' : 'STORAGE_FAILED', (error as Error).message, { cause: error });
  }
}

interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the platform tells: a pid may have gone to another process since. */
  readonly started: string;
}

/** Lock files that this thread holds. */
const HELD: Set<string> = new Set();

/** Creates the lock file, taking over that of a dead process; returns its path. */
function takeLock(path: string): string {
  for (let attempt = 0; attempt < 3; attempt++) {
    if (createLock(path)) return path;
    refuseIfAlive(path, path);
    // Moved away before it is deleted, so that of two processes that find a dead owner one does it; should
    // the other have made its own lock in between, that is what was moved, and it is put back.
    const aside = `${path}.${process.pid}`;
    try {
      renameSync(path, aside);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') continue;
      throw error;
    }
    try {
      refuseIfAlive(aside, path);
    } catch (error) {
      linkSync(aside, path);
      throw error;
    } finally {
      rmSync(aside, { force: true });
    }
  }
  throw new SqlError('STORE_LOCKED', `${path} is contended`, { details: { lock: path } });
}

function releaseLock(path: string): void {
  HELD.delete(path);
  rmSync(path, { force: true });
}

/** False when there is one already. */
function createLock(path: string): boolean {
  const owner: LockOwner = { pid: process.pid, host: hostname(), started: startOf(process.pid) };
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  HELD.add(path);
  return true;
}

/** Throws STORE_LOCKED when the owner that `file` names lives, or may live. */
function refuseIfAlive(file: string, path: string): void {
  const { pid, host, started } = readOwner(file);
  const refuse = (why: string): never => {
    throw new SqlError('STORE_LOCKED', `${path} ${why}`, { details: { lock: path, pid, host } });
  };
  if (host !== hostname()) {
    if (host !== '') refuse(`is held on host ${host}; delete it when nothing runs there`);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs < LOCK_WRITE_MS) refuse('is being taken');
  } else if (started === '' && pid === process.pid ? HELD.has(path) : isAlive(pid, started)) {
    refuse(`is held by process ${pid}`);
  }
}

/** The owner, without a host when the file is not written completely, or gone. */
function readOwner(file: string): LockOwner {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockOwner;
  } catch {
    return { pid: 0, host: '', started: '' };
  }
}

function isAlive(pid: number, started: string): boolean {
  if (started !== '') return startOf(pid) === started;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** When a process began, in ticks since the boot; '' when there is none or the platform has no /proc. */
function startOf(pid: number): string {
  try {
    // Field 22; the second, the name in parentheses, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
