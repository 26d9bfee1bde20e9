/** What an editor shows, by the language server of TypeScript 7.0: errors again after a change, completions, types. */
import { join } from 'node:path';
import { caseText } from './assertions.ts';
import { project } from './compiler.ts';
import { LanguageServer, type Position } from './language-server.ts';
import type { Bar } from './report.ts';

const JOINS = 100;
const CHANGES = 9;
const MS_MAX = 150;

const columns = ['name', 'email', 'age', 'active'];
const orders = ['p.title', 'u.age', 't.tag', 'u.name'];

/** A file with joins of three tables, all different. */
function joins(): string {
  const lines = Array.from({ length: JOINS }, (_, i) => {
    const column = columns[i % columns.length] ?? '';
    return `export const rows${i} = db.query('SELECT u.${column}, p.title AS t${i}, t.tag FROM users u JOIN posts p ON p.user_id = u.id LEFT JOIN tags t ON t.post_id = p.id WHERE u.id > ${i} ORDER BY ${orders[(i >> 2) % orders.length]}');`;
  });
  return ["import { db } from './database';", ...lines, ''].join('\n');
}

const ASKED = `import { db } from './database';
export const wrong = db.query('SELECT id, nmae FROM users');
export const right = db.query('SELECT u.name, p.title FROM users u LEFT JOIN posts p ON p.user_id = u.id');
`;

function positionOf(text: string, part: string): Position {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return { line: before.length - 1, character: (before.at(-1)?.length ?? 0) + 1 };
}

export async function editor(): Promise<Bar[]> {
  const many = joins();
  const folder = project('editor', { 'database.ts': caseText('database.ts'), 'joins.ts': many, 'asked.ts': ASKED });
  const server = new LanguageServer();
  try {
    await server.start(folder);
    const uri = server.open(join(folder, 'joins.ts'));
    const first = await server.diagnostics(uri);
    const times: number[] = [];
    for (let i = 0; i < CHANGES; i++) {
      // Each time another of the queries has changed.
      server.insert(uri, i + 2, positionOf(many, `u.id > ${i * 11} `), `1${i}`);
      const start = performance.now();
      await server.diagnostics(uri);
      times.push(performance.now() - start);
    }
    const ms = times.sort((a, b) => a - b)[CHANGES >> 1] ?? NaN;
    const asked = server.open(join(folder, 'asked.ts'));
    const errors = await server.diagnostics(asked);
    const offered = await server.completions(asked, positionOf(ASKED, 'nmae'));
    const shown = await server.hover(asked, positionOf(ASKED, 'right'));
    const wrong = errors.map(({ message }) => message).join(' ');
    return [
      {
        name: `editor: a file with ${JOINS} joins diagnosed again after a change`,
        figure: `${ms.toFixed(0)} ms${first.length > 0 ? `, ${first.length} errors` : ''}`,
        bar: `<= ${MS_MAX} ms`,
        passed: ms <= MS_MAX && first.length === 0,
        gates: first.length > 0,
        details: first.slice(0, 3).map(({ message }) => message),
      },
      {
        name: 'editor: the error names the column meant',
        figure: /did you mean name\?/.test(wrong) ? 'yes' : 'no',
        bar: 'yes',
        passed: errors.length === 1 && /did you mean name\?/.test(wrong),
        gates: true,
        details: [wrong],
      },
      {
        name: 'editor: completion inside the string offers the corrected query',
        figure: offered.includes('SELECT id, name FROM users') ? 'yes' : 'no',
        bar: 'yes',
        passed: offered.includes('SELECT id, name FROM users'),
        gates: true,
        details: offered.slice(0, 5),
      },
      {
        name: 'editor: hover shows the rows',
        figure: /name: string.*title: string \| null/s.test(shown) ? 'yes' : 'no',
        bar: 'yes',
        passed: /name: string.*title: string \| null/s.test(shown),
        gates: true,
        details: [shown],
      },
    ];
  } finally {
    await server.stop();
  }
}
