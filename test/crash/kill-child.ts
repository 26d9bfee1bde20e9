/**
 * Writes transactions of two rows to the store in the directory given, and prints the number of each when its commit
 * has returned; until it is killed. Run with `--conditions=@dotdo/source`.
 */
import { writeSync } from 'node:fs';
import { NodeFileStore } from '../../packages/dosql/src/fsx/node-file.ts';
import { plainSchema, Storage } from '../../packages/dosql/src/txn/index.ts';

const directory = process.argv[2] as string;
const storage = Storage.open(
  {
    store: NodeFileStore.open(directory, { garbageBytesMax: 64 * 1024 }),
    durability: 'commit',
    checkpointBytes: 16 * 1024,
  },
  plainSchema,
);
const session = storage.session();
const table =
  storage.table('pairs') ?? session.createTable('pairs', JSON.stringify({ columns: ['any', 'any'], key: [{}] }));
const last = table.tree.cursor();
let next = last.last() ? ((last.value(0) as number) >> 1) + 1 : 0;
for (;;) {
  void session.begin();
  session.insert(table, [2 * next, `pair ${next}`]);
  session.insert(table, [2 * next + 1, 'x'.repeat((next * 37) % 500)]);
  session.commit();
  writeSync(1, `${next++}\n`);
}
