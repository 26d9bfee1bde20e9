/** EXPLAIN QUERY PLAN, and EXPLAIN ANALYZE, which runs the statement and counts. */
import { SqlError } from '@dotdo/shared-types';
import { realCell, type Cell } from './codec/cell.ts';
import type { Frame } from './exec/frame.ts';
import { compileSelect } from './exec/select.ts';
import { compileWrite } from './exec/write.ts';
import type { Writer } from './exec/writer.ts';
import { Explanation } from './plan/index.ts';
import type { SelectPlan } from './plan/plan.ts';
import { plainColumn, Rows, type Program } from './program.ts';
import type { Explain, Select } from './sql/ast.ts';

const COLUMNS = ['id', 'parent', 'notused', 'detail'].map(plainColumn);
const MEASURED = ['id', 'parent', 'loops', 'rows', 'ms', 'detail'].map(plainColumn);

/** What planning and compiling needs of the session. */
export interface ExplainParts {
  readonly sql: string;
  readonly writer: Writer;
  plan(select: Select): SelectPlan;
}

/** @throws {SqlError} UNSUPPORTED for plain EXPLAIN, and for statements that have no plan */
export function compileExplain({ mode, statement }: Explain, parts: ExplainParts): Program {
  if (mode === 'PROGRAM') {
    throw new SqlError('UNSUPPORTED', 'EXPLAIN shows no bytecode: use EXPLAIN QUERY PLAN or EXPLAIN ANALYZE');
  }
  const { kind } = statement;
  if (kind !== 'select' && kind !== 'insert' && kind !== 'update' && kind !== 'delete') {
    if (mode === 'QUERY PLAN') return { columns: COLUMNS, returnsRows: true, isRead: true, run: () => new Rows([]) };
    throw new SqlError('UNSUPPORTED', 'EXPLAIN ANALYZE takes SELECT, INSERT, UPDATE and DELETE');
  }
  const isMeasured = mode === 'ANALYZE';
  /** Compiles the statement; answers with what runs it, and says how many rows come of it. */
  const compile = (explanation: Explanation): ((frame: Frame) => number) => {
    if (statement.kind === 'select') {
      const plan = parts.plan(statement);
      explanation.select(plan);
      const program = compileSelect(plan);
      return (frame) => {
        const stream = program.run(frame);
        let rows = 0;
        while (stream.next(frame)) rows++;
        return rows;
      };
    }
    const { writer } = parts;
    writer.planned = (plan) => explanation.select(plan);
    try {
      const program = compileWrite(statement, writer, parts.sql);
      return (frame) => program.run(frame).rowsAffected;
    } finally {
      writer.planned = undefined;
    }
  };
  if (!isMeasured) {
    const explanation = new Explanation();
    compile(explanation);
    const rows = explanation.rows.map(({ id, parent, detail }): Cell[] => [id, parent, 0, detail]);
    return { columns: COLUMNS, returnsRows: true, isRead: true, run: () => new Rows(rows) };
  }
  compile(new Explanation()); // what is wrong is told when the statement is prepared
  const run = (frame: Frame): Rows => {
    const explanation = new Explanation(true);
    const start = now();
    const count = compile(explanation)(frame);
    const ms = realCell(now() - start);
    const rows = explanation.rows.map(({ id, parent, detail, profile }): Cell[] =>
      profile === undefined
        ? [id, parent, null, null, null, detail]
        : [id, parent, profile.loops, profile.rows, realCell(profile.ms), detail],
    );
    return new Rows([...rows, [rows.length + 1, 0, 1, count, ms, 'RESULT']]);
  };
  return { columns: MEASURED, returnsRows: true, isRead: statement.kind === 'select', run };
}

interface Platform {
  readonly performance: { now(): number };
}

/** Milliseconds; within a Durable Object the clock stands still between two inputs. */
function now(): number {
  return (globalThis as unknown as Platform).performance.now();
}
