/** This repository's own engine inside a Durable Object, on the storage that the object has. */
import { DB, VERSION, type DatabaseOptions } from '@dotdo/dosql';
import { DosqlDatabase } from '../engines/dosql-database.ts';
import type { Engine } from '../engines/engine.ts';
import type { ObjectStorage } from './durable-object.ts';

type Hot = Exclude<NonNullable<DatabaseOptions['storage']>, string>['hot'];

export function createDosql(storage: ObjectStorage): Engine {
  return {
    name: 'dosql',
    dialect: 'sqlite',
    version: () => VERSION,
    open: async () => new DosqlDatabase(await DB('bench', { storage: { hot: storage as unknown as Hot } })),
  };
}
