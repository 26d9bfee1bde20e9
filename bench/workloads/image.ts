/** w15: how soon a database of 100,000 rows answers after it was asleep. */
import { userKey } from './points.ts';
import { USERS } from './tables.ts';
import type { ImageWorkload } from './workload.ts';

export const IMAGE: ImageWorkload = {
  id: 'w15',
  title: 'open an image of 100k rows + first query',
  kind: 'image',
  tables: [],
  table: USERS,
  sql: 'SELECT id, email, name, age, score FROM users WHERE id = ?',
  parameters: (sizes) => (i) => [userKey(sizes, i)],
  checked: 3,
  roundMax: 2000,
};
