/** ALTER TABLE … RENAME: edits every text of the schema that means the table or the column, and nothing else. */
import { SqlError } from '@dotdo/shared-types';
import { objectName, prefixOf, sameName, schemaOf } from '../../catalog/catalog.ts';
import type { TableInfo } from '../../catalog/schema.ts';
import type * as ast from '../../sql/ast.ts';
import { tokenEnd } from '../../sql/index.ts';
import type { Table } from '../../txn/index.ts';
import { quoteName } from '../foreign-keys.ts';
import { checkName } from '../table-definition.ts';
import { type Reference, referencesOf } from './references.ts';
import type { SchemaChange } from './schema-change.ts';

/** @throws {SqlError} TABLE_EXISTS, RESERVED_NAME, INVALID_SCHEMA when another object would be, or is, wrong */
export function renameTable(change: SchemaChange, table: TableInfo, to: string): void {
  const { catalog } = change;
  const schema = schemaOf(table);
  if (catalog.table(to, schema) !== undefined || catalog.index(to, schema) !== undefined) {
    throw new SqlError('TABLE_EXISTS', `there is already another table or index with this name: ${to}`);
  }
  checkName(to);
  edit(change, table, to, (text, { at, table: meant, column }) =>
    meant === table && column === -1 ? quotedFor(text, at, to) : null,
  );
  if (table.autoincrement) change.run(`UPDATE ${schema}.sqlite_sequence SET name = ? WHERE name = ?`, [to, table.name]);
  checkSchema(change, ' after rename');
}

/** @throws {SqlError} NO_SUCH_COLUMN, INVALID_SCHEMA, DUPLICATE_COLUMN */
export function renameColumn(
  change: SchemaChange,
  table: TableInfo,
  { from, to }: { from: ast.Name; to: ast.Name },
): void {
  const place = table.columns.findIndex(({ name }) => sameName(name, from.name));
  if (place < 0) {
    const written = change.textFrom(from.at);
    throw new SqlError('NO_SUCH_COLUMN', `no such column: "${written.slice(0, tokenEnd(written, 0))}"`);
  }
  checkSchema(change, '');
  const isTaken = table.columns.some(({ name }, i) => i !== place && sameName(name, to.name));
  if (isTaken) {
    throw new SqlError(
      'DUPLICATE_COLUMN',
      `error in table ${table.name} after rename: duplicate column name: ${to.name}`,
    );
  }
  const isBare = /[^"'`[]/.test(change.textFrom(to.at)[0] as string);
  edit(change, table, table.name, (text, { at, table: meant, column }) => {
    if (meant === null) return asString(text, at);
    if (meant !== table || column !== place) return null;
    return isBare && /[^"'`[]/.test(text[at] as string) ? to.name : quotedFor(text, at, to.name);
  });
  checkSchema(change, ' after rename');
}

/** The name in quotes; a space keeps it apart from a quote that follows. */
function quotedFor(text: string, at: number, name: string): string {
  return quoteName(name) + (text[tokenEnd(text, at)] === '"' ? ' ' : '');
}

function asString(text: string, at: number): string {
  const end = tokenEnd(text, at);
  const value = text.slice(at + 1, end - 1).replaceAll('""', '"');
  return `'${value.replaceAll("'", "''")}'${text[end] === "'" ? ' ' : ''}`;
}

/**
 * Edits the texts of the schema.
 * @param name that the table has afterwards
 * @param replacement of a token, null to leave it
 */
function edit(
  change: SchemaChange,
  table: TableInfo,
  name: string,
  replacement: (text: string, reference: Reference) => string | null,
): void {
  const { session } = change.writer;
  const rows = change.rows();
  const edited = new Map(
    rows.map((row) => {
      const edits = new Map<number, string>();
      for (const reference of within(row.type, objectName(row.name), '', () => referencesOf(change, row))) {
        const token = replacement(row.text, reference);
        if (token !== null) edits.set(reference.at, token);
      }
      let { text } = row;
      for (const [at, token] of [...edits].sort(([a], [b]) => b - a)) {
        text = text.slice(0, at) + token + text.slice(tokenEnd(text, at));
      }
      return [row, text];
    }),
  );
  for (const row of rows) {
    const text = edited.get(row) as string;
    if (row.type === 'table') {
      const isOwn = row.id === table.storage.id;
      const indexes = rows.flatMap((index) => {
        if (index.type !== 'index' || index.table !== row.id) return [];
        const changed = edited.get(index) as string;
        const title =
          isOwn && !index.text.startsWith('C')
            ? `${prefixOf(table)}sqlite_autoindex_${name}_${index.text}`
            : index.name;
        return changed === index.text && title === index.name ? [] : [{ ...index, name: title, text: changed }];
      });
      if (text === row.text && !isOwn && indexes.length === 0) continue;
      session.changeTable(session.table(row.name) as Table, {
        name: isOwn ? prefixOf(table) + name : row.name,
        text,
        indexes,
      });
    } else if (row.type !== 'index' && text !== row.text) change.replace(row, { ...row, text });
  }
}

/**
 * Binds all views and triggers, as SQLite does around a change.
 * @throws {SqlError} INVALID_SCHEMA `error in view v after rename: …`
 */
export function checkSchema(change: SchemaChange, when: string, types: readonly string[] = ['view', 'trigger']): void {
  for (const row of change.rows()) {
    if (!types.includes(row.type)) continue;
    within(row.type, objectName(row.name), when, () => referencesOf(change, row));
  }
}

/** Runs what may find something wrong in an object of the schema, and says so. */
export function within<T>(type: string, name: string, when: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const code = error.code === 'SYNTAX_ERROR' ? 'INVALID_SCHEMA' : error.code;
    throw new SqlError(code, `error in ${type} ${name}${when}: ${error.message}`);
  }
}
