/** Schema statements give the same texts, errors, rows and effects as in SQLite: each script runs on both. */
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { differences } from './differences.ts';

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.sql'))) {
  describe(file, () => {
    const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8');
    for (const script of text.split(/^-- /m).slice(1)) {
      const [title = '', ...lines] = script.split('\n');
      it(title, () => {
        const sqlite = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
        expect(differences(lines.join('\n'), sqlite)).toEqual([]);
      });
    }
  });
}
