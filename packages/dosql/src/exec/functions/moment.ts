/**
 * Moments in integer milliseconds since noon of 24 November 4714 BC, as SQLite has them: time values and modifiers.
 * 'localtime' and 'utc' change nothing: the server's zone is UTC.
 * @see https://www.sqlite.org/lang_datefunc.html
 */
import type { Cell } from '../../codec/cell.ts';
import { argument, textArgument } from './define.ts';
import type { FunctionContext } from './function.ts';
import { beforeNul } from './pattern.ts';
import { parseNumber, toReal } from './values.ts';

export const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** 1970-01-01 as Julian milliseconds. */
export const EPOCH_MS = 210_866_760_000_000;
/** 2000-01-01. */
const CENTURY_MS = 211_813_444_800_000;
/** 9999-12-31 23:59:59.999. */
const JULIAN_MS_MAX = 464_269_060_799_999;

/** Units of '+N units': largest N, seconds. Months and years go by the calendar. */
const UNITS: Record<string, readonly [number, number]> = {
  second: [464270000000000, 1],
  minute: [7737900000000, 60],
  hour: [128970000000, 3600],
  day: [5373485, 86400],
  month: [176546, 2592000],
  year: [14713, 31536000],
};

/** Thrown where a date, time or modifier makes no sense: the result is NULL. */
export const NO_TIME: unknown = /* @__PURE__ */ Symbol('no time');

export function invalid(): never {
  throw NO_TIME;
}

/** A moment in up to two forms, calendar and Julian; `null` is what has yet to be computed. */
export interface Moment {
  julian: number | null;
  /** Year, month, day. */
  date: [number, number, number] | null;
  /** Hour, minute, second with fraction. */
  time: [number, number, number] | null;
  /** Minutes east of UTC. */
  zone: number;
  /** A number that 'unixepoch' or 'auto' may yet read in their way. */
  raw: number | null;
  subsecond: boolean;
  /** By how many days the day lies beyond the end of its month: what 'floor' takes off. */
  overrun: number;
}

export function startMoment(julian: number | null): Moment {
  return { julian, date: null, time: null, zone: 0, raw: null, subsecond: false, overrun: 0 };
}

export function julianOf(moment: Moment): number {
  if (moment.julian !== null) return moment.julian;
  let [year, month] = moment.date ?? [2000, 1];
  const [, , day] = moment.date ?? [2000, 1, 1];
  if (year < -4713 || year > 9999 || moment.raw !== null) invalid();
  if (month <= 2) {
    year--;
    month += 12;
  }
  const century = Math.trunc((year + 4800) / 100);
  const days =
    Math.trunc((36525 * (year + 4716)) / 100) +
    Math.trunc((306001 * (month + 1)) / 10000) +
    day +
    (38 - century + Math.trunc(century / 4)) -
    1524.5;
  let julian = Math.trunc(days * DAY_MS);
  if (moment.time !== null) {
    const [hour, minute, second] = moment.time;
    julian += hour * 3_600_000 + minute * MINUTE_MS + Math.trunc(second * 1000 + 0.5);
    if (moment.zone !== 0) {
      julian -= moment.zone * MINUTE_MS;
      forget(moment);
    }
  }
  return (moment.julian = julian);
}

/** Leaves only the Julian form valid. */
function forget(moment: Moment): void {
  moment.date = moment.time = null;
  moment.zone = 0;
}

export function dateOf(moment: Moment): [number, number, number] {
  if (moment.date !== null) return moment.date;
  if (moment.julian === null) return (moment.date = [2000, 1, 1]);
  if (moment.julian < 0 || moment.julian > JULIAN_MS_MAX) invalid();
  const z = Math.trunc((moment.julian + DAY_MS / 2) / DAY_MS);
  const alpha = Math.trunc((z + 32044.75) / 36524.25) - 52;
  const b = z + 1 + alpha - Math.trunc((alpha + 100) / 4) + 25 + 1524;
  const c = Math.trunc((b - 122.1) / 365.25);
  const d = Math.trunc((36525 * (c & 32767)) / 100);
  const e = Math.trunc((b - d) / 30.6001);
  const month = e < 14 ? e - 1 : e - 13;
  return (moment.date = [month > 2 ? c - 4716 : c - 4715, month, b - d - Math.trunc(30.6001 * e)]);
}

export function timeOf(moment: Moment): [number, number, number] {
  if (moment.time !== null) return moment.time;
  const ms = (julianOf(moment) + DAY_MS / 2) % DAY_MS;
  const minutes = Math.trunc(ms / MINUTE_MS);
  moment.raw = null;
  return (moment.time = [Math.trunc(minutes / 60), minutes % 60, (ms % MINUTE_MS) / 1000]);
}

function monthDays(year: number, month: number): number {
  if (month !== 2) return ((1 << month) & 0x15aa) !== 0 ? 31 : 30;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function setOverrun(moment: Moment): void {
  const [year, month, day] = dateOf(moment);
  moment.overrun = Math.max(0, day - monthDays(year, month));
}

const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?[\t-\r ]*(?:(z)|([+-])(\d\d):(\d\d))?[\t-\r ]*$/i;
const DATE = /^(-?)(\d{4})-(\d\d)-(\d\d)[\t-\r T]*/;

/** Reads HH:MM[:SS[.FFF]][zone] into the moment; false when it is something else. */
function readTime(text: string, moment: Moment): boolean {
  const match = TIME.exec(text);
  if (match === null) return false;
  const [hour, minute, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  const fraction = Math.min(Number(`0.${match[4] ?? 0}`), 0.999);
  if (hour > 24 || minute > 59 || seconds > 59) return false;
  const [zoneHour, zoneMinute] = [Number(match[7] ?? 0), Number(match[8] ?? 0)];
  if (zoneHour > 14 || zoneMinute > 59) return false;
  moment.julian = null;
  moment.raw = null;
  moment.time = [hour, minute, seconds + fraction];
  moment.zone = (match[6] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute);
  return true;
}

function readDate(text: string, moment: Moment): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  const rest = text.slice(match[0].length);
  if (!readTime(rest, moment) && rest !== '') return false;
  moment.date = [match[1] === '-' ? -year : year, month, day];
  setOverrun(moment);
  if (moment.zone !== 0) julianOf(moment);
  return true;
}

function setNumber(moment: Moment, value: number): void {
  moment.raw = value;
  if (value >= 0 && value < 5373484.5) moment.julian = Math.trunc(value * DAY_MS + 0.5);
}

function readMoment(cell: Cell, text: string | null, context: FunctionContext): Moment {
  const moment = startMoment(null);
  if (text === null) {
    if (cell === null) invalid();
    setNumber(moment, toReal(cell));
    return moment;
  }
  if (readDate(text, moment)) return moment;
  forget(moment);
  if (readTime(text, moment)) return moment;
  const lower = text.toLowerCase();
  moment.subsecond = lower === 'subsec' || lower === 'subsecond';
  if (lower === 'now' || moment.subsecond) {
    moment.julian = context.now() + EPOCH_MS;
    return moment;
  }
  const number = parseNumber(text);
  if (number === null || !number.whole) invalid();
  setNumber(moment, toReal(number.value));
  return moment;
}

/** Date and time with defaults, which is what 'start of' and the like begin from. */
function needsTime(moment: Moment): void {
  if (moment.julian === null && moment.date === null && moment.time === null) invalid();
}

function modify(moment: Moment, modifier: string, index: number): void {
  const text = modifier.toLowerCase();
  switch (text) {
    case 'auto':
      if (index > 1) invalid();
      if (moment.raw === null || moment.julian !== null) {
        moment.raw = null;
      } else if (moment.raw >= -210866760000 && moment.raw <= 253402300799) {
        forget(moment);
        moment.julian = Math.trunc(moment.raw * 1000 + EPOCH_MS + 0.5);
        moment.raw = null;
      }
      return;
    case 'ceiling':
    case 'floor':
      julianOf(moment);
      if (text === 'floor') moment.julian = (moment.julian as number) - moment.overrun * DAY_MS;
      moment.overrun = 0;
      forget(moment);
      return;
    case 'julianday':
      if (index > 1 || moment.julian === null || moment.raw === null) invalid();
      moment.raw = null;
      return;
    case 'unixepoch': {
      if (index > 1 || moment.raw === null) invalid();
      const julian = moment.raw * 1000 + EPOCH_MS;
      if (!(julian >= 0 && julian < 464269060800000)) invalid();
      forget(moment);
      moment.julian = Math.trunc(julian + 0.5);
      moment.raw = null;
      return;
    }
    case 'localtime':
    case 'utc':
      // Of a number beyond the calendar SQLite makes the start of its count, or of its century.
      if (moment.raw !== null && moment.julian === null) moment.julian = text === 'utc' ? 0 : CENTURY_MS;
      julianOf(moment);
      forget(moment);
      moment.raw = null;
      return;
    case 'subsec':
    case 'subsecond':
      moment.subsecond = true;
      return;
  }
  const start = /^start of (day|month|year)$/.exec(text);
  if (start !== null) {
    needsTime(moment);
    const date = dateOf(moment);
    if (start[1] !== 'day') date[2] = 1;
    if (start[1] === 'year') date[1] = 1;
    moment.time = [0, 0, 0];
    moment.zone = 0;
    moment.raw = null;
    moment.julian = null;
    return;
  }
  if (text.startsWith('weekday ')) moveToWeekday(moment, text.slice(8));
  else shift(moment, text);
}

function moveToWeekday(moment: Moment, text: string): void {
  const number = parseNumber(text);
  const day = number?.whole === true ? toReal(number.value) : NaN;
  if (!(Number.isInteger(day) && day >= 0 && day < 7)) invalid();
  dateOf(moment);
  timeOf(moment);
  moment.zone = 0;
  moment.julian = null;
  const today = Math.trunc((julianOf(moment) + 129_600_000) / DAY_MS) % 7;
  moment.julian = julianOf(moment) + ((day - today + 7) % 7) * DAY_MS;
  forget(moment);
}

/** Moves by whole months, and leaves the day as it is. */
function addMonths(moment: Moment, months: number): void {
  const date = dateOf(moment);
  timeOf(moment);
  const month = date[1] + months;
  const years = Math.trunc(month > 0 ? (month - 1) / 12 : (month - 12) / 12);
  date[0] += years;
  date[1] = month - years * 12;
  setOverrun(moment);
  moment.julian = null;
}

const CALENDAR_SHIFT = /^([+-])(\d{4,5})-(\d\d)-(\d\d)(?:[\t-\r ](\d\d:\d\d.*))?$/;
const CLOCK_SHIFT = /^([+-]?)(\d\d:.*)$/;
const UNIT_SHIFT = /^([+-]?[^\t-\r ]+)[\t-\r ]+(second|minute|hour|day|month|year)s?$/;

/** '+NNN units', '+HH:MM:SS.FFF', '+YYYY-MM-DD HH:MM:SS.FFF'. */
function shift(moment: Moment, text: string): void {
  let clock = CLOCK_SHIFT.exec(text);
  const calendar = CALENDAR_SHIFT.exec(text);
  if (calendar !== null) {
    const [years, months, days] = [Number(calendar[2]), Number(calendar[3]), Number(calendar[4])];
    if (years > 14712 || months >= 12 || days >= 31) invalid();
    const sign = calendar[1] === '-' ? -1 : 1;
    addMonths(moment, sign * (years * 12 + months));
    moment.julian = julianOf(moment) + sign * days * DAY_MS;
    forget(moment);
    if (calendar[5] === undefined) return;
    clock = ['', calendar[1] as string, calendar[5]] as unknown as RegExpExecArray;
  }
  if (clock !== null) {
    const span = startMoment(null);
    if (!readTime(clock[2] as string, span)) invalid();
    const noon = DAY_MS / 2;
    const size = (((julianOf(span) - noon) % DAY_MS) + DAY_MS) % DAY_MS;
    moment.julian = julianOf(moment) + (clock[1] === '-' ? -size : size);
    forget(moment);
    return;
  }
  const unit = UNIT_SHIFT.exec(text);
  const number = unit === null ? null : parseNumber(unit[1] as string);
  if (unit === null || number === null || !number.whole || !/^[+\-\d]/.test(text)) invalid();
  let count = toReal(number.value);
  const [limit, seconds] = UNITS[unit[2] as string] as readonly [number, number];
  julianOf(moment);
  moment.overrun = 0;
  if (!(count > -limit && count < limit)) invalid();
  const rounder = count < 0 ? -0.5 : 0.5;
  if (unit[2] === 'month' || unit[2] === 'year') {
    const whole = Math.trunc(count);
    addMonths(moment, unit[2] === 'year' ? whole * 12 : whole);
    count -= whole;
  }
  moment.julian = julianOf(moment) + Math.trunc(count * 1000 * seconds + rounder);
  forget(moment);
}

/** The moment that a time value and its modifiers mean. */
export function momentOf(args: readonly Cell[], context: FunctionContext): Moment {
  if (args.length === 0) return startMoment(context.now() + EPOCH_MS);
  const value = argument(args, 0);
  const text = typeof value === 'string' || value instanceof Uint8Array ? textArgument(args, 0) : null;
  const moment = readMoment(value, text === null ? null : beforeNul(text), context);
  for (let i = 1; i < args.length; i++) {
    const modifier = textArgument(args, i);
    if (modifier === null) invalid();
    modify(moment, beforeNul(modifier), i);
  }
  const julian = julianOf(moment);
  if (julian < 0 || julian > JULIAN_MS_MAX) invalid();
  if (args.length === 1 && moment.date !== null && moment.date[2] > 28) moment.date = null;
  return moment;
}
