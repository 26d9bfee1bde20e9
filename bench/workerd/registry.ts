/** Every engine that runs inside workerd, by name. A new engine is one line here and one adapter file. */
import type { Engine } from '../engines/engine.ts';
import type { ObjectStorage } from './durable-object.ts';
import { createDosql } from './dosql.ts';
import { createStorageSql } from './storage-sql.ts';

export const WORKERD_ENGINES: ReadonlyMap<string, (storage: ObjectStorage) => Engine> = new Map([
  ['storage-sql', createStorageSql],
  ['dosql', createDosql],
]);
