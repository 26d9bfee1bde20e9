/**
 * Nested loops, iteratively over depths: `next` goes on at the depth where the last row was found. A row that was taken
 * from a cursor and not yet judged is `pending`, so that a ColdPage thrown by a condition loses nothing.
 */
import type { Expr, Loop, LoopProfile } from '../plan/plan.ts';
import { compileAccess, type CursorMaker, type LoopCursor } from './access.ts';
import { compileAll } from './expression.ts';
import type { Condition, Frame, Source } from './frame.ts';
import { KeptCursor } from './hash.ts';

/** A stage of a SELECT: after `next`, sources or registers of the frame hold its row. */
export interface Stage {
  open(frame: Frame): void;
  next(frame: Frame): boolean;
}

interface CompiledLoop {
  readonly source: number;
  readonly cursor: CursorMaker;
  readonly match: Condition | null;
  readonly filter: Condition | null;
  readonly left: boolean;
  readonly profile?: LoopProfile | undefined;
}

export function compileLoop(loop: Loop): CompiledLoop {
  const isHashed = loop.access.kind === 'hash' && (loop.join === 'inner' || loop.join === 'left');
  const on = compileAll([...(isHashed ? [] : loop.local), ...loop.on]);
  const isOuter = loop.join === 'left' || loop.join === 'full';
  return {
    source: loop.source,
    cursor: compileAccess(loop),
    match: on,
    filter: compileAll(loop.filters),
    left: isOuter,
    profile: loop.profile,
  };
}

export function compileJoin(loops: readonly Loop[], always: readonly Expr[]): (frame: Frame) => Stage {
  const condition = compileAll(always);
  const compiled = loops.map(compileLoop);
  const [only] = compiled;
  if (only === undefined) return () => new NoLoop(condition);
  return (frame) => new JoinRun(frame, compiled, condition);
}

/** One row without any source. */
class NoLoop implements Stage {
  readonly #condition: Condition | null;
  #isDone = false;

  constructor(condition: Condition | null) {
    this.#condition = condition;
  }

  open(): void {
    this.#isDone = false;
  }

  next(frame: Frame): boolean {
    if (this.#isDone) return false;
    const holds = this.#condition === null || this.#condition(frame);
    this.#isDone = true;
    return holds;
  }
}

/** What a loop is about: its rows, or, all matches failing, the row of NULLs. */
export class LoopRun {
  readonly cursor: LoopCursor;
  readonly kept: KeptCursor | null;
  readonly source: Source;
  readonly match: Condition | null;
  readonly filter: Condition | null;
  readonly left: boolean;
  fresh = true;
  isOpen = false;
  isPending = false;
  matched = false;

  constructor(frame: Frame, loop: CompiledLoop) {
    this.cursor = loop.cursor(frame);
    this.kept = this.cursor instanceof KeptCursor ? this.cursor : null;
    this.source = frame.source(loop.source);
    this.match = loop.match;
    this.filter = loop.filter;
    this.left = loop.left;
    if (loop.profile !== undefined) measure(this, loop.profile);
  }

  open(frame: Frame): void {
    this.cursor.open(frame, this.fresh);
    this.fresh = false;
    this.isOpen = true;
    this.isPending = false;
    this.matched = !this.left;
  }

  /** To the next row that goes on to the next loop. */
  next(frame: Frame): boolean {
    const { cursor, match, filter } = this;
    for (;;) {
      if (!this.isPending) {
        if (--frame.fuel < 0) frame.look();
        if (!cursor.next(frame)) break;
        this.isPending = true;
      }
      if (match === null || match(frame)) {
        this.matched = true;
        if (this.kept !== null) this.kept.matched[this.kept.current] = 1;
        if (filter === null || filter(frame)) {
          this.isPending = false;
          return true;
        }
      }
      this.isPending = false;
    }
    if (this.matched) return false;
    this.source.setNull();
    const passes = filter === null || filter(frame);
    this.matched = true;
    return passes;
  }
}

interface Platform {
  readonly performance: { now(): number };
}

function now(): number {
  return (globalThis as unknown as Platform).performance.now();
}

/** Counts what a loop does, and takes the time. */
function measure(loop: LoopRun, profile: LoopProfile): void {
  const open = loop.open.bind(loop);
  const next = loop.next.bind(loop);
  loop.open = (frame) => {
    profile.loops++;
    open(frame);
  };
  loop.next = (frame) => {
    const start = now();
    const found = next(frame);
    profile.ms += now() - start;
    if (found) profile.rows++;
    return found;
  };
}

class JoinRun implements Stage {
  readonly #loops: LoopRun[];
  readonly #condition: Condition | null;
  #depth = -1;
  /** First loop of the phase: 0, or the RIGHT or FULL loop whose unmatched rows come now. */
  #base = 0;
  #unmatched = 0;
  #isStarted = false;
  #isEnded = false;

  constructor(frame: Frame, loops: readonly CompiledLoop[], condition: Condition | null) {
    this.#loops = loops.map((loop) => new LoopRun(frame, loop));
    this.#condition = condition;
  }

  open(): void {
    this.#isStarted = this.#isEnded = false;
    this.#depth = this.#base = this.#unmatched = 0;
  }

  #start(frame: Frame): void {
    // Without a first row only what never matched remains.
    const isEmpty = this.#condition !== null && !this.#condition(frame);
    for (const loop of this.#loops) {
      loop.fresh = true;
      loop.isOpen = false;
      loop.kept?.load(frame);
    }
    this.#isStarted = true;
    if (isEmpty) this.#depth = -1;
  }

  next(frame: Frame): boolean {
    if (!this.#isStarted) this.#start(frame);
    const loops = this.#loops;
    if (this.#isEnded) return false;
    const last = loops.length - 1;
    for (;;) {
      while (this.#depth >= this.#base) {
        const loop = loops[this.#depth] as LoopRun;
        const isUnmatched = this.#unmatched > 0 && this.#depth === this.#base;
        if (!isUnmatched && !loop.isOpen) loop.open(frame);
        if (isUnmatched ? this.#nextUnmatched(frame, loop) : loop.next(frame)) {
          if (this.#depth === last) return true;
          (loops[++this.#depth] as LoopRun).isOpen = false;
        } else this.#depth--;
      }
      if (!this.#nextPhase()) return false;
    }
  }

  /** To the next RIGHT or FULL loop whose rows may have missed every match. */
  #nextPhase(): boolean {
    const loops = this.#loops;
    let base = this.#unmatched > 0 ? this.#base + 1 : 0;
    while (base < loops.length && (loops[base] as LoopRun).kept === null) base++;
    this.#base = base;
    this.#unmatched = 1;
    this.#depth = base;
    if (base >= loops.length) {
      this.#isEnded = true;
      return false;
    }
    for (let i = 0; i < base; i++) (loops[i] as LoopRun).source.setNull();
    return true;
  }

  #nextUnmatched(frame: Frame, { kept, filter }: LoopRun): boolean {
    const { count, matched, table } = kept as KeptCursor;
    while (this.#unmatched <= count) {
      const at = this.#unmatched - 1;
      if (matched[at] === 0) {
        table.stand(at);
        const passes = filter === null || filter(frame);
        this.#unmatched++;
        if (passes) return true;
      } else this.#unmatched++;
    }
    return false;
  }
}
