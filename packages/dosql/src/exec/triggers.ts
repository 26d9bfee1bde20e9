/**
 * Triggers: programs of a table or view, compiled when they first fire. Each firing has a frame of its own, in which
 * OLD and NEW are sources, and the statements of the body run one after the other.
 */
import { SqlError } from '@dotdo/shared-types';
import { sameName } from '../catalog/catalog.ts';
import type { ConflictAction, TableInfo, TriggerInfo } from '../catalog/schema.ts';
import type { Row } from '../txn/index.ts';
import { type Binding, triggerBinding } from './binding.ts';
import type { Condition, Frame } from './frame.ts';
import { parseTrigger } from './schema-text.ts';
import { compileWrite, type WriteProgram } from './write.ts';
import type { Writer } from './writer.ts';

interface Program {
  readonly binding: Binding;
  readonly when: Condition | null;
  readonly body: readonly ((frame: Frame) => void)[];
}

/** What RAISE in a trigger asks for; null for any other error. */
function raised(error: unknown): ConflictAction | null {
  return error instanceof SqlError && error.code === 'TRIGGER_ABORT' ? (error.details?.action as ConflictAction) : null;
}

/** Triggers that are running, by name: none fires itself unless PRAGMA recursive_triggers is on. */
const running = new WeakMap<Writer, string[]>();

export class Triggers {
  readonly #writer: Writer;
  readonly #table: TableInfo;
  /** By the OR … of the statement around, which replaces that of the trigger's own statements. */
  readonly #programs = new Map<ConflictAction | null, Map<TriggerInfo, Program>>();

  constructor(writer: Writer, table: TableInfo) {
    this.#writer = writer;
    this.#table = table;
  }

  has(time: TriggerInfo['time'], event: TriggerInfo['event']): boolean {
    return this.#table.triggers.some((trigger) => trigger.time === time && trigger.event === event);
  }

  /**
   * Runs the triggers of an event. Rows are as they are stored.
   * @param set places of the columns that an UPDATE assigns
   * @returns false when one raised IGNORE: the row is left as it is
   */
  fire(
    time: TriggerInfo['time'],
    event: TriggerInfo['event'],
    before: Row | null,
    after: Row | null,
    set: readonly number[] = [],
  ): boolean {
    const { triggers, columns } = this.#table;
    for (let i = 0; i < triggers.length; i++) {
      const trigger = triggers[i] as TriggerInfo;
      if (trigger.time !== time || trigger.event !== event) continue;
      const { columns: of } = trigger;
      if (of !== null && !set.some((place) => of.some((name) => sameName(name, columns[place]?.name ?? '')))) continue;
      if (!this.#run(trigger, before, after)) return false;
    }
    return true;
  }

  #run(trigger: TriggerInfo, before: Row | null, after: Row | null): boolean {
    const writer = this.#writer;
    const stack = running.get(writer) ?? [];
    running.set(writer, stack);
    if (!writer.recursiveTriggers && stack.includes(trigger.name)) return true;
    const { orConflict: or } = writer;
    let programs = this.#programs.get(or);
    if (programs === undefined) this.#programs.set(or, (programs = new Map()));
    let program = programs.get(trigger);
    if (program === undefined) programs.set(trigger, (program = this.#compile(trigger, or)));
    const { binding, when, body } = program;
    const frame = writer.frame([]);
    // The rows may be changed later, after a BEFORE trigger: the sources keep copies.
    if (before !== null) frame.source(binding.oldSource).setCells([...before]);
    if (after !== null) frame.source(binding.newSource).setCells([...after]);
    if (when !== null && !when(frame)) return true;
    const depth = stack.length;
    stack.push(trigger.name);
    try {
      writer.nested(() => {
        for (const run of body) run(frame);
      });
    } catch (error) {
      const action = raised(error);
      if (action !== 'IGNORE') {
        if (action === 'FAIL' || action === 'ROLLBACK') writer.failure = action;
        throw error;
      }
      return false;
    } finally {
      stack.length = depth;
    }
    return true;
  }

  #compile(trigger: TriggerInfo, or: ConflictAction | null): Program {
    const writer = this.#writer;
    const statement = parseTrigger(trigger.sql);
    const binding = triggerBinding(writer, this.#table, trigger, trigger.sql);
    const body = statement.body.map((item) => {
      if (item.kind === 'select') {
        const program = binding.select(item);
        return (frame: Frame): void => {
          const rows = program.run(frame);
          while (rows.next(frame));
        };
      }
      const own = or === null || item.kind === 'delete' ? item : { ...item, conflict: or };
      const program: WriteProgram = compileWrite(own, writer, binding);
      return (frame: Frame): void => void program.run(frame);
    });
    return { binding, when: statement.when === null ? null : binding.conditionOf(statement.when), body };
  }
}
