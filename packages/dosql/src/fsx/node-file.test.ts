import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeFileStore, type NodeFileOptions } from './node-file.ts';

const root = mkdtempSync(join(tmpdir(), 'dosql-node-file-'));
afterAll(() => rmSync(root, { recursive: true }));
let directory = '';
let count = 0;
beforeEach(() => {
  directory = join(root, String(count++));
});

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const code = (code: string): unknown => expect.objectContaining({ code });
const lock = (): string => join(directory, 'lock');

/**
 * Writes batch n: key 1 holds n, key 2 bytes filled with n, often so many that they go to the file in a write
 * of their own; prints n when it is durable.
 */
const WRITER = `
  import { writeSync } from 'node:fs';
  const { NodeFileStore } = await import(process.argv[1]);
  const store = NodeFileStore.open(process.argv[2], { durability: process.argv[3], garbageBytesMax: 30000 });
  let n = new DataView((store.read(1) ?? new Uint8Array(4)).buffer).getUint32(0);
  for (;;) {
    n++;
    const counter = new Uint8Array(4);
    new DataView(counter.buffer).setUint32(0, n);
    store.write({ puts: [[1, counter], [2, new Uint8Array(n % 3 === 0 ? 300000 : n).fill(n)]], deletes: [] });
    store.flush();
    writeSync(1, n + '\\n');
  }`;

/** Runs the writer, kills it `delayMs` after its first acknowledgement; returns the last one. */
function killWriter(durability: string, delayMs: number): Promise<number> {
  const module = new URL('node-file.ts', import.meta.url).href;
  const args = ['-C', '@dotdo/source', '--input-type=module', '-e', WRITER, module, directory, durability];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  child.stdout.on('data', (chunk) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    output += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(Number(output.split('\n').at(-2)));
      else reject(new Error(errors));
    });
  });
}

describe('NodeFileStore under kill -9', () => {
  it('keeps every acknowledged batch and no half of one, through compactions', async () => {
    let last = 0;
    const kills: [NonNullable<NodeFileOptions['durability']>, number][] = [
      ['commit', 0],
      ['turn', 9],
      ['commit', 31],
      ['turn', 60],
    ];
    for (const [durability, delayMs] of kills) {
      const acknowledged = await killWriter(durability, delayMs);
      expect(acknowledged).toBeGreaterThan(last);
      expect(existsSync(lock())).toBe(true);
      const store = NodeFileStore.open(directory);
      const counter = store.read(1) as Uint8Array;
      last = new DataView(counter.buffer).getUint32(0);
      expect(last === acknowledged || last === acknowledged + 1).toBe(true);
      const value = bytes(last % 3 === 0 ? 300_000 : last, last);
      expect(Buffer.compare(store.read(2) as Uint8Array, value)).toBe(0);
      store.close();
    }
    // Each batch took 100 KB on average, so it was compacted unless the disk is very slow.
    expect(readFileSync(join(directory, 'store.dat')).length).toBeLessThan(700_000);
    expect(readdirSync(directory)).toEqual(['store.dat']);
  });
});

describe('NodeFileStore', () => {
  it('compacts when most of a file is garbage, and goes on writing to the new one', () => {
    const store = NodeFileStore.open(directory, { garbageBytesMax: 10_000 });
    store.write({ puts: [[1, bytes(2000, 1)]], deletes: [] });
    for (let i = 0; i < 40; i++) store.write({ puts: [[2, bytes(1000, i)]], deletes: [] });
    expect(store.usage.fileBytes).toBeLessThan(20_000);
    store.close();
    expect(() => store.read(1)).toThrow(code('DATABASE_CLOSED'));
    const again = NodeFileStore.open(directory);
    expect(again.read(1)).toEqual(bytes(2000, 1));
    expect(again.read(2)).toEqual(bytes(1000, 39));
    expect(again.list(0, 9)).toEqual([1, 2]);
    again.close();
  });

  it('does not grow by being opened and closed, and drops a compaction that was not finished', () => {
    NodeFileStore.open(directory).close();
    const size = readFileSync(join(directory, 'store.dat')).length;
    writeFileSync(join(directory, 'store.new'), 'half a file');
    NodeFileStore.open(directory).close();
    expect(readdirSync(directory)).toEqual(['store.dat']);
    expect(readFileSync(join(directory, 'store.dat'))).toHaveLength(size);
  });

  it('goes on with the old file when a compaction fails, and tries again when there is more garbage', () => {
    const store = NodeFileStore.open(directory, { garbageBytesMax: 5000 });
    mkdirSync(join(directory, 'store.new'));
    for (let i = 0; i < 8; i++) store.write({ puts: [[1, bytes(1000, i)]], deletes: [] });
    expect(store.usage.fileBytes).toBeGreaterThan(8000);
    expect(store.read(1)).toEqual(bytes(1000, 7));
    rmSync(join(directory, 'store.new'), { recursive: true });
    for (let i = 0; i < 8; i++) store.write({ puts: [[1, bytes(1000, i)]], deletes: [] });
    expect(store.usage.fileBytes).toBeLessThan(8000);
    store.close();
  });

  it('names file and offset of damage, leaves the file as it is, and gives up the lock', () => {
    const store = NodeFileStore.open(directory);
    store.write({ puts: [[1, bytes(100, 1)]], deletes: [] });
    store.write({ puts: [[2, bytes(100, 2)]], deletes: [] });
    store.close();
    const path = join(directory, 'store.dat');
    const content = readFileSync(path);
    // The first frame is the empty one of a fresh file; the second holds key 1.
    const frame = 16 + 28;
    content[frame + 30] = 0xff;
    writeFileSync(path, content);
    for (let i = 0; i < 2; i++) {
      expect(() => NodeFileStore.open(directory)).toThrow(
        expect.objectContaining({ code: 'CORRUPT_LOG', details: { file: path, offset: frame } }),
      );
    }
    expect(readFileSync(path)).toEqual(content);
  });

  it('reports what the file system refuses as STORAGE_FAILED', () => {
    writeFileSync(directory, 'a file in the way');
    expect(() => NodeFileStore.open(directory)).toThrow(code('STORAGE_FAILED'));
  });
});

describe('lock', () => {
  it('keeps a second opener out until it is released', () => {
    const store = NodeFileStore.open(directory);
    expect(() => NodeFileStore.open(directory)).toThrow(
      expect.objectContaining({ code: 'STORE_LOCKED', details: { lock: lock(), pid: process.pid, host: hostname() } }),
    );
    store.close();
    store.close();
    NodeFileStore.open(directory).close();
    expect(existsSync(lock())).toBe(false);
  });

  it('is taken over from a process that is dead, or whose number went to another', () => {
    for (const owner of [
      { pid: 2 ** 22 + 1, host: hostname(), started: '' },
      { pid: process.pid, host: hostname(), started: '1' },
      { pid: process.pid, host: hostname(), started: '' },
    ]) {
      NodeFileStore.open(directory).close();
      writeFileSync(lock(), JSON.stringify(owner));
      NodeFileStore.open(directory).close();
    }
  });

  it('is left to a living process, to another host, and to one that is just being written', () => {
    NodeFileStore.open(directory).close();
    const parent = JSON.stringify({ pid: process.ppid, host: hostname(), started: '' });
    const elsewhere = JSON.stringify({ pid: 1, host: 'elsewhere', started: '' });
    for (const content of [parent, elsewhere, '', '{"pid":']) {
      writeFileSync(lock(), content);
      expect(() => NodeFileStore.open(directory)).toThrow(code('STORE_LOCKED'));
      expect(readFileSync(lock(), 'utf8')).toBe(content);
    }
    utimesSync(lock(), new Date(0), new Date(0));
    NodeFileStore.open(directory).close();
  });
});
