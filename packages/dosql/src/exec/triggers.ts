/**
 * Triggers: programs of a table or view, compiled when they first fire. Each firing has a frame of its own, in which
 * OLD and NEW are sources, and the statements of the body run one after the other.
 */
import { sameName } from '../catalog/catalog.ts';
import type { TableInfo, TriggerInfo } from '../catalog/schema.ts';
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

/** What RAISE(IGNORE) throws. */
class Ignored extends Error {}

/** Triggers that are running, by name: none fires itself unless PRAGMA recursive_triggers is on. */
const running = new WeakMap<Writer, string[]>();

export class Triggers {
  readonly #writer: Writer;
  readonly #table: TableInfo;
  readonly #programs = new Map<TriggerInfo, Program>();

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
    let program = this.#programs.get(trigger);
    if (program === undefined) this.#programs.set(trigger, (program = this.#compile(trigger)));
    const { binding, when, body } = program;
    const frame = writer.frame([]);
    // The rows may be changed later, after a BEFORE trigger: the sources keep copies.
    if (before !== null) frame.source(binding.oldSource).setCells([...before]);
    if (after !== null) frame.source(binding.newSource).setCells([...after]);
    if (when !== null && !when(frame)) return true;
    const depth = stack.length;
    stack.push(trigger.name);
    const { depth: level } = writer;
    try {
      writer.nested(() => {
        for (const run of body) run(frame);
      });
    } catch (error) {
      if (!(error instanceof Ignored)) throw error;
      writer.depth = level;
      return false;
    } finally {
      stack.length = depth;
    }
    return true;
  }

  #compile(trigger: TriggerInfo): Program {
    const writer = this.#writer;
    const statement = parseTrigger(trigger.sql);
    const binding = triggerBinding(writer, this.#table, trigger.event, trigger.sql);
    const body = statement.body.map((item) => {
      if (item.kind === 'select') {
        const program = binding.select(item);
        return (frame: Frame): void => {
          const rows = program.run(frame);
          while (rows.next(frame));
        };
      }
      const program: WriteProgram = compileWrite(item, writer, binding);
      return (frame: Frame): void => void program.run(frame);
    });
    return { binding, when: statement.when === null ? null : binding.conditionOf(statement.when), body };
  }
}
