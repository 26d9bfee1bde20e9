/** Literals, and the values that columns hold: few enough that rows meet, odd enough that types matter. */
import type { Random } from './random.ts';

const INTEGERS = ['0', '1', '-1', '2', '3', '7', '10', '100', '-42', '2147483648', '9007199254740993', '0x1F', '1_000'];
const LIMITS = [
  '9223372036854775807', '-9223372036854775808', '-9007199254740993', '4611686018427387904', '9007199254740992',
  '9223372036854775806', '-9223372036854775807', '9223372036854775808', '4294967296', '-2147483649',
]; // oxfmt-ignore
const REALS = [
  '0.0', '-0.0', '1.0', '2.5', '-3.75', '0.1', '1e10', '1e300', '123456789012345680.0', '1e-5', '4.0', '3.0', '-1.0', '100.0',
  '9007199254740993.0', '9223372036854775807.0', '-9223372036854775808.0', '5e-324', '1.7976931348623157e308', '1e15', '1e16',
  '0.5', '-0.5', '1.5', '99.95', '1e-300', '123456.789', '1e100', '2e0',
]; // oxfmt-ignore
const TEXTS = [
  '', 'a', 'A', 'abc', 'ABC', 'abc ', 'b', '12', '1.5', '1e2', ' 7 ', '12abc', '0x10', 'é', 'É', '😀', 'ﬀ', 'z%', 'a_c', '-0', 'true',
  '1', '01', '1.0', '+3', '.5', '5.', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '1e400', 'e', '-', '+',
  'a😀b', '日本', '\u00a0', "it''s".replace("''", "'"), '  x', 'x  ', '2.50', '1e', '1e+', '0.0', '-1', 'NULL', 'nan', 'inf', 'Ω', 'ß', 'İ',
  '[1,2]', '{"a":1}', '2024-02-29', 'a\tb', 'a\nb', '"q"', '%', '_', '*', '[a]',
]; // oxfmt-ignore
const BLOBS = ["x''", "x'61'", "x'616263'", "x'3132'", "x'c3a9'", "x'00'", "x'f09f9880'", "x'6100'", "x'312e35'"];

/** What a column holds mostly. */
export type Profile =
  | 'small'
  | 'integral'
  | 'words'
  | 'mixed'
  | 'wide'
  | 'numeric-text'
  | 'blobs'
  | 'reals'
  | 'json'
  | 'moments';

const WORDS = ['a', 'A', 'b', 'B', 'abc', 'ABC', 'abc ', '', ' ', 'é', 'É', '😀', '日本', 'x', '1', '10'];
const NUMERIC_TEXTS = ['1', '01', '1.0', '1e0', ' 1', '1 ', '2', '2.5', '10', '-1', '', 'x', '0', '-0', '0.0', '1x'];
export const JSON_TEXTS: readonly string[] = [
  '{"a":1,"b":[1,2.5,null,"x"],"c":{"d":true}}',
  '[1,"a",{"k":2},null]',
  '"s"',
  '12',
  'null',
  '{}',
  '[]',
  '[[],{},[1,[2,[3]]]]',
  '{"a":{"b":{"c":[0.5,-1e3,false]}},"":2,"a b":3,"é":"\\u00e9\\n"}',
  "{a:1,'b':0x1F,c:.5,d:+1,/* c */e:Infinity,}",
  '{"a":1,"a":2}',
  ' [ 1 , 2 ] ',
  '1.0',
  '-0',
  '9223372036854775808',
  '"\\ud83d\\ude00"',
  'true',
  '{"a":',
  'x',
];
export const MOMENTS: readonly string[] = [
  '2024-02-29', '2023-12-31 23:59:59', '1970-01-01T00:00:00', '2000-01-31 12:34:56.789', '2460000.5', 'nonsense', '0001-01-01',
  '12:30', '2024-03-31 10:00Z', '2024-06-30T10:15:20.5+02:30', '9999-12-31 23:59:59.999', '-0001-01-01', '2024-13-01', '2024-02-30', '1e3', '',
  '2021-01-03', '2020-12-31 24:00', ' 2024-01-01', '2024-01-01 ', '0000-01-01', '1700000000',
]; // oxfmt-ignore

export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export function literal(random: Random): string {
  const roll = random.next();
  if (roll < 0.12) return 'NULL';
  if (roll < 0.45) return random.pick(INTEGERS);
  if (roll < 0.53) return random.pick(LIMITS);
  if (roll < 0.7) return random.pick(REALS);
  return roll < 0.95 ? text(random.pick(TEXTS)) : random.pick(BLOBS);
}

export function someText(random: Random): string {
  return text(random.pick(TEXTS));
}

export function valueOf(profile: Profile, random: Random): string {
  if (random.chance(0.1)) return 'NULL';
  if (random.chance(0.04)) return literal(random);
  return strictValue(profile, random);
}

/** Never NULL, and of the one storage class of its profile where that has one. */
export function strictValue(profile: Profile, random: Random): string {
  switch (profile) {
    case 'small':
      return String(random.below(12) - 3);
    case 'integral':
      return `${random.below(8) - 2}.0`;
    case 'reals':
      return random.pick(REALS);
    case 'words':
      return text(random.pick(WORDS));
    case 'numeric-text':
      return text(random.pick(NUMERIC_TEXTS));
    case 'wide':
      return random.pick(random.chance(0.7) ? LIMITS : INTEGERS);
    case 'blobs':
      return random.pick(BLOBS);
    case 'json':
      return text(random.pick(JSON_TEXTS));
    case 'moments':
      return text(random.pick(MOMENTS));
    default:
      return literal(random);
  }
}

/** The value of row `n` of a table of thousands of rows, as an expression. */
export function bulkValue(profile: Profile, random: Random): string {
  const small = 2 + random.below(60);
  const large = 100 + random.below(2000);
  const value = (() => {
    switch (profile) {
      case 'small':
        return random.pick([`n % ${small}`, `n * 7919 % ${large}`, `n / ${small}`, `-n`, `n % ${small} - 5`, 'n']);
      case 'integral':
        return random.pick([`n % ${small} * 1.0`, `n * 1.0`, `n % ${small} / 2.0`]);
      case 'reals':
        return random.pick([
          `n * 0.37`,
          `n % ${large} / 8.0`,
          `(n * 31 % ${small}) * 1e10`,
          `1.0 / (n % ${small} + 1)`,
        ]);
      case 'words':
        return random.pick([
          `'k' || n % ${small}`,
          `char(97 + n % 26) || char(65 + n % ${small} % 26)`,
          `substr('aAé😀b ', n % 6 + 1, n % 3)`,
        ]);
      case 'numeric-text':
        return random.pick([`printf('%0*d', n % 3, n % ${small})`, `'' || n % ${large}`, `n % ${small} || '.0'`]);
      case 'wide':
        return random.pick([
          `9007199254740980 + n % ${small}`,
          `9223372036854775807 - n % ${small}`,
          `n * 4611686018427`,
          `-9007199254740980 - n`,
        ]);
      case 'blobs':
        return `CAST(char(97 + n % 26, n % ${small} + 1) AS BLOB)`;
      case 'json':
        return `json_array(n % ${small}, 'x' || n % 3)`;
      case 'moments':
        return `date('2024-01-01', n % ${large} || ' days')`;
      default:
        return `CASE n % 6 WHEN 0 THEN n % ${small} WHEN 1 THEN n % ${small} || '' WHEN 2 THEN n % ${small} * 1.0 WHEN 3 THEN x'61' WHEN 4 THEN 'k' || n % ${small} ELSE n % ${small} * 0.5 END`;
    }
  })();
  if (random.chance(0.3)) return value;
  return `CASE WHEN n % ${3 + random.below(40)} = 0 THEN NULL ELSE ${value} END`;
}
