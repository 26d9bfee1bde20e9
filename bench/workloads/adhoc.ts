/** w13 and w14: texts that no engine has seen before, so that parsing and planning are part of the cost. */
import { userKey } from './points.ts';
import { LINKS, USERS } from './tables.ts';
import type { AdhocWorkload } from './workload.ts';

const LINK_NAMES = LINKS.map((table) => table.name);
const LINK_STEPS = LINK_NAMES.slice(1).map((name, k) => `${name}.id = ${LINK_NAMES[k]}.nxt`);

export const ADHOC: readonly AdhocWorkload[] = [
  {
    id: 'w13',
    title: '8-way join of small tables, ad hoc',
    kind: 'adhoc',
    tables: LINKS,
    text: () => (i) =>
      `SELECT count(*) AS n, min(j8.label) AS m FROM ${LINK_NAMES.join(', ')} WHERE ${LINK_STEPS.join(' AND ')}` +
      ` AND j1.kind = ${i % 5} AND j5.kind <> ${100 + i} AND j8.label <> 'x${i}'`,
    checked: 10,
    roundMax: 20_000,
  },
  {
    id: 'w14',
    title: 'ad-hoc point query (parse + plan + run)',
    kind: 'adhoc',
    tables: [USERS],
    text: (sizes) => (i) => `SELECT id, name, city FROM users WHERE id = ${userKey(sizes, i)} AND age > ${-1 - i}`,
    checked: 100,
    roundMax: 50_000,
  },
];
