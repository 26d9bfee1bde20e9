/** What `@dotdo/dosql/node` is in a Worker, which has no folders. */
import { SqlError } from '@dotdo/shared-types';
import type { Store } from './store.ts';

export const NodeFileStore: { open(directory: string): Store } = {
  /** @throws {SqlError} INVALID_ARGUMENT */
  open(directory) {
    throw new SqlError('INVALID_ARGUMENT', `storage '${directory}' is a folder, which a Worker does not have`);
  },
};
