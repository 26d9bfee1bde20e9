/**
 * Date and time functions: how moments are shown.
 * @see https://www.sqlite.org/lang_datefunc.html
 */
import { realCell, type Cell } from '../../codec/cell.ts';
import { checkSize, scalarFunctions, textArgument, type ScalarTable } from './define.ts';
import type { FunctionContext, ScalarFunction } from './function.ts';
import {
  DAY_MS,
  EPOCH_MS,
  NO_TIME,
  dateOf,
  invalid,
  julianOf,
  momentOf,
  startMoment,
  timeOf,
  type Moment,
} from './moment.ts';
import { beforeNul } from './pattern.ts';
import { formatText } from './printf.ts';

type Show = (moment: Moment, code: string) => string | number;

function padded(value: number, width: number): string {
  return value >= 0 && Number.isSafeInteger(value)
    ? String(value).padStart(width, '0')
    : formatText(`%0${width}d`, [value]);
}

function daysSinceNewYear(moment: Moment): number {
  const [year] = dateOf(moment);
  const newYear: Moment = {
    ...moment,
    julian: null,
    date: [year, 1, 1],
    time: [...timeOf(moment)],
    zone: 0,
    raw: null,
  };
  return Math.trunc((julianOf(moment) - julianOf(newYear) + DAY_MS / 2) / DAY_MS);
}

const afterMonday = (moment: Moment): number => Math.trunc((julianOf(moment) + DAY_MS / 2) / DAY_MS) % 7;
const afterSunday = (moment: Moment): number => Math.trunc((julianOf(moment) + 1.5 * DAY_MS) / DAY_MS) % 7;

/** Thursday of the week, which tells what year the week belongs to. */
function thursday(moment: Moment): Moment {
  return { ...moment, julian: julianOf(moment) + (3 - afterMonday(moment)) * DAY_MS, date: null };
}

function unixSeconds(moment: Moment): number {
  return Math.trunc(julianOf(moment) / 1000) - EPOCH_MS / 1000;
}

const twelve = (moment: Moment): number => timeOf(moment)[0] % 12 || 12;
const blank = (value: number): string => String(value).padStart(2);

/** Numbers are shown with two digits. */
const CODES: Record<string, Show> = {
  d: (m) => dateOf(m)[2],
  e: (m) => blank(dateOf(m)[2]),
  f: (m) => formatText('%06.3f', [timeOf(m)[2]]),
  F: (m) => strftime('%Y-%m-%d', m),
  G: (m) => padded(dateOf(thursday(m))[0], 4),
  g: (m) => dateOf(thursday(m))[0] % 100,
  H: (m) => timeOf(m)[0],
  I: twelve,
  j: (m) => padded(daysSinceNewYear(m) + 1, 3),
  J: (m) => formatText('%.16g', [julianOf(m) / DAY_MS]),
  k: (m) => blank(timeOf(m)[0]),
  l: (m) => blank(twelve(m)),
  m: (m) => dateOf(m)[1],
  M: (m) => timeOf(m)[1],
  p: (m) => (timeOf(m)[0] < 12 ? 'AM' : 'PM'),
  P: (m) => (timeOf(m)[0] < 12 ? 'am' : 'pm'),
  R: (m) => strftime('%H:%M', m),
  s: (m) => (m.subsecond ? formatText('%.3f', [(julianOf(m) - EPOCH_MS) / 1000]) : String(unixSeconds(m))),
  S: (m) => Math.trunc(timeOf(m)[2]),
  T: (m) => strftime('%H:%M:%S', m),
  u: (m) => String(afterSunday(m) || 7),
  U: (m) => Math.trunc((daysSinceNewYear(m) - afterSunday(m) + 7) / 7),
  V: (m) => Math.trunc(daysSinceNewYear(thursday(m)) / 7) + 1,
  w: (m) => String(afterSunday(m)),
  W: (m) => Math.trunc((daysSinceNewYear(m) - afterMonday(m) + 7) / 7),
  Y: (m) => padded(dateOf(m)[0], 4),
  '%': () => '%',
};

function strftime(format: string, moment: Moment): string {
  const texts: Record<string, string> = {};
  let size = format.length;
  return format.replace(/%([^]?)/g, (_, code: string) => {
    let text = texts[code];
    if (text === undefined) {
      const shown = Object.hasOwn(CODES, code) ? (CODES[code] as Show)(moment, code) : invalid();
      texts[code] = text = typeof shown === 'string' ? shown : padded(shown, 2);
    }
    checkSize((size += text.length));
    return text;
  });
}

/** Date with the sign of its year before four digits. */
function dateText(moment: Moment): string {
  const [year] = dateOf(moment);
  return (year < 0 ? '-' : '') + padded(Math.abs(year), 4) + strftime('-%m-%d', moment);
}

function timeText(moment: Moment): string {
  if (!moment.subsecond) return strftime('%T', moment);
  return `${strftime('%R', moment)}:${(Math.trunc(1000 * timeOf(moment)[2] + 0.5) / 1000).toFixed(3).padStart(6, '0')}`;
}

function timediff(args: readonly Cell[], context: FunctionContext): Cell {
  const one = momentOf(args.slice(0, 1), context);
  const two = momentOf(args.slice(1), context);
  const [a, b] = [dateOf(one), dateOf(two)];
  timeOf(one);
  timeOf(two);
  const later = julianOf(one) >= julianOf(two);
  const direction = later ? 1 : -1;
  let years = direction * (a[0] - b[0]);
  let months = direction * (a[1] - b[1]);
  if (months < 0) {
    years--;
    months += 12;
  }
  if (a[0] !== b[0] || months !== 0) two.julian = null;
  b[0] = a[0];
  if (months !== 0) b[1] = a[1];
  while (direction * (julianOf(one) - julianOf(two)) < 0) {
    if (--months < 0) {
      months = 11;
      years--;
    }
    b[1] -= direction;
    if (b[1] < 1 || b[1] > 12) {
      b[1] = later ? 12 : 1;
      b[0] -= direction;
    }
    two.julian = null;
  }
  const rest = startMoment(Math.abs(julianOf(one) - julianOf(two)) + 148_699_540_800_000);
  const [, , day] = dateOf(rest);
  return `${later ? '+' : '-'}${padded(years, 4)}-${padded(months, 2)}-${padded(day - 1, 2)} ${strftime('%H:%M:%f', rest)}`;
}

function nullable(call: ScalarFunction['call']): ScalarFunction['call'] {
  return (args, context) => {
    try {
      return call(args, context);
    } catch (error) {
      if (error === NO_TIME) return null;
      throw error;
    }
  };
}

function show(render: (moment: Moment) => Cell, min = 0, max = -1): ScalarTable[string] {
  return [min, max, 'any', nullable((args, context) => render(momentOf(args, context))), { usesClock: true }];
}

const datetimeText = (moment: Moment): string => `${dateText(moment)} ${timeText(moment)}`;
const volatile = { deterministic: false, usesClock: true } as const;
const current = (render: (moment: Moment) => string): ScalarTable[string] => [
  0,
  0,
  'text',
  (_, context) => render(momentOf([], context)),
  volatile,
];

/** Where parts of a plain day stand. */
const PARTS: Record<string, readonly [from: number, to: number]> = {
  '%Y': [0, 4],
  '%Y-%m': [0, 7],
  '%Y-%m-%d': [0, 10],
  '%m': [5, 7],
  '%d': [8, 10],
};
const PLAIN_DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])$/;

/** Part of a text that is a day and no more, without reckoning; null where there is more to it. */
function partOfDay(format: string | null, args: readonly Cell[]): string | null {
  const [, text] = args;
  if (args.length !== 2 || format === null || typeof text !== 'string' || !Object.hasOwn(PARTS, format)) return null;
  return PLAIN_DAY.test(text) ? text.slice(...(PARTS[format] as readonly [number, number])) : null;
}

const TABLE: ScalarTable = {
  current_date: current(dateText),
  current_time: current(timeText),
  current_timestamp: current(datetimeText),
  date: show(dateText),
  datetime: show(datetimeText),
  julianday: show((moment) => realCell(julianOf(moment) / DAY_MS)),
  strftime: [
    0,
    -1,
    'text',
    nullable((args, context) => {
      const format = textArgument(args, 0);
      const plain = partOfDay(format, args);
      if (plain !== null) return plain;
      return format === null ? null : strftime(beforeNul(format), momentOf(args.slice(1), context));
    }),
    { usesClock: true },
  ],
  time: show(timeText),
  timediff: [2, 2, 'text', nullable(timediff), { usesClock: true }],
  unixepoch: show((moment) =>
    moment.subsecond ? realCell((julianOf(moment) - EPOCH_MS) / 1000) : unixSeconds(moment),
  ),
};

export const DATE_FUNCTIONS: [string, ScalarFunction][] = /* @__PURE__ */ scalarFunctions(TABLE);
