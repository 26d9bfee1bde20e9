/**
 * format(), alias printf(): SQLite's own printf, with its flags `,` and `!` and its conversions q, Q, w, r.
 * @see https://www.sqlite.org/printf.html
 */
import type { Cell } from '../../codec/cell.ts';
import { argument, checkSize, textArgument } from './define.ts';
import { beforeNul } from './pattern.ts';
import { decimalDigits, type Decimal } from './real-text.ts';
import { bytesToText, textToBytes, toInteger, toReal } from './values.ts';

/** One `%` with everything that belongs to it. */
interface Conversion {
  left: boolean;
  /** '+', ' ' or ''. */
  sign: string;
  alternate: boolean;
  /** `!`: more digits for numbers, characters instead of bytes for text. */
  extended: boolean;
  zero: boolean;
  comma: boolean;
  width: number;
  /** −1 when there is none. */
  precision: number;
}

const CONVERSION = /%([-+ #!0,]*)([1-9]\d*|\*)?(?:\.(\d+|\*)?)?l{0,2}([^])?/uy;
const WIDTH_MAX = 0x7fffffff;

/** The formatted text; arguments that are missing count as NULL. */
export function formatText(format: string, args: readonly Cell[]): string {
  let next = 0;
  let out = '';
  let position = 0;
  for (;;) {
    const start = format.indexOf('%', position);
    if (start < 0) return out + format.slice(position);
    out += format.slice(position, start);
    CONVERSION.lastIndex = start;
    const match = CONVERSION.exec(format) as RegExpExecArray;
    position = CONVERSION.lastIndex;
    const type = match[4];
    if (type === undefined) return match[0] === '%' ? `${out}%` : out;
    const flags = match[1] as string;
    const conversion: Conversion = {
      left: flags.includes('-'),
      sign: /[+ ](?!.*[+ ])/.exec(flags)?.[0] ?? '',
      alternate: flags.includes('#'),
      extended: flags.includes('!'),
      zero: flags.includes('0'),
      comma: flags.includes(','),
      width: 0,
      precision: match[0].includes('.') ? 0 : -1,
    };
    if (match[2] === '*') {
      conversion.width = Number(BigInt.asIntN(32, BigInt(toInteger(argument(args, next++)))));
      if (conversion.width < 0) {
        conversion.left = true;
        conversion.width = -conversion.width > WIDTH_MAX ? 0 : -conversion.width;
      }
    } else if (match[2] !== undefined) {
      conversion.width = Number(BigInt(match[2]) & 0x7fffffffn);
    }
    if (match[3] === '*') {
      const precision = Math.abs(Number(BigInt.asIntN(32, BigInt(toInteger(argument(args, next++))))));
      conversion.precision = precision > WIDTH_MAX ? -1 : precision;
    } else if (match[3] !== undefined) {
      conversion.precision = Number(BigInt(match[3]) & 0x7fffffffn);
    }
    checkSize(out.length + Math.max(conversion.width, 0));
    if (type === '%') {
      out += pad('%', conversion);
    } else if (type === 'n') {
      continue;
    } else if ('diuxXopr'.includes(type)) {
      checkSize(conversion.precision);
      out += pad(formatInteger(type, BigInt(toInteger(argument(args, next++))), conversion), conversion);
    } else if ('fFeEgG'.includes(type)) {
      out += formatNumber(type, toReal(argument(args, next++)), conversion);
    } else if ('szcqQwjJ'.includes(type)) {
      const text = textArgument(args, next++);
      out += formatString(type, text === null ? null : beforeNul(text), conversion);
    } else {
      return out;
    }
  }
}

/** Fills up to the width: in bytes, or in characters with `!`. */
function pad(text: string, { left, width, extended }: Conversion): string {
  if (width <= 0 || (width <= text.length && !extended)) return text;
  const missing = width - (extended ? text.length - pairs(text) : textToBytes(text).length);
  if (missing <= 0) return text;
  return left ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

/** Characters that take two units. */
function pairs(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count++;
  return count;
}

function group(digits: string): string {
  const head = digits.length % 3;
  return (
    digits.slice(0, head) +
    digits
      .slice(head)
      .replace(/\d{3}/g, ',$&')
      .slice(head === 0 ? 1 : 0)
  );
}

function formatInteger(type: string, value: bigint, conversion: Conversion): string {
  const signed = 'dir'.includes(type);
  const magnitude = signed ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const prefix = signed ? (value < 0n ? '-' : conversion.sign) : '';
  const hexadecimal = 'xXp'.includes(type);
  let digits = magnitude.toString(hexadecimal ? 16 : type === 'o' ? 8 : 10);
  if (type === 'r') {
    const last = Number(magnitude % 10n);
    const ordinal = last >= 4 || (magnitude / 10n) % 10n === 1n ? 0 : last;
    digits += ['th', 'st', 'nd', 'rd'][ordinal] as string;
  } else if (type === 'X' || type === 'p') {
    digits = digits.toUpperCase();
  }
  const zeros = conversion.zero ? conversion.width - prefix.length : 0;
  digits = digits.padStart(Math.max(conversion.precision, zeros), '0');
  if (conversion.comma && 'diu'.includes(type)) digits = group(digits);
  const radix =
    conversion.alternate && magnitude !== 0n
      ? hexadecimal
        ? type === 'X'
          ? '0X'
          : '0x'
        : type === 'o'
          ? '0'
          : ''
      : '';
  return radix + prefix + digits;
}

function formatNumber(type: string, value: number, conversion: Conversion): string {
  const kind = type.toLowerCase();
  let precision = conversion.precision < 0 ? 6 : Math.min(conversion.precision, 100_000_000);
  if (kind === 'g' && precision === 0) precision = 1;
  checkSize(precision);
  const round = kind === 'f' ? -precision : kind === 'g' ? precision : precision + 1;
  const negative = value < 0;
  let decimal: Decimal = { digits: '0', point: 1 };
  if (!Number.isFinite(value)) {
    if (!conversion.zero) return pad(negative ? '-Inf' : `${conversion.sign}Inf`, conversion);
    decimal = { digits: '9', point: 1000 };
  } else if (value !== 0) {
    decimal = decimalDigits(Math.abs(value), round, conversion.extended ? 26 : 16);
  }
  let prefix = negative ? '-' : conversion.sign;
  if (negative && conversion.alternate && conversion.sign === '' && kind === 'f' && decimal.point <= round) prefix = '';
  const exponent = decimal.point - 1;
  let scientific = kind === 'e';
  let trim = conversion.extended;
  if (kind === 'g') {
    precision--;
    trim = !conversion.alternate;
    scientific = exponent < -4 || exponent > precision;
    if (!scientific) precision -= exponent;
  }
  const point = scientific ? 1 : decimal.point;
  const integer = point <= 0 ? '0' : decimal.digits.slice(0, point).padEnd(point, '0');
  const rest = '0'.repeat(Math.min(Math.max(0, -point), precision)) + decimal.digits.slice(Math.max(0, point));
  let fraction = rest.slice(0, precision).padEnd(precision, '0');
  if (trim) fraction = fraction.replace(/0+$/, '');
  if (fraction === '' && conversion.extended && trim) fraction = '0';
  let text = conversion.comma ? group(integer) : integer;
  if (fraction !== '' || (!trim && (conversion.alternate || conversion.extended))) text += `.${fraction}`;
  if (scientific) {
    text += `${type === 'E' || type === 'G' ? 'E' : 'e'}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (conversion.zero && !conversion.left) text = text.padStart(conversion.width - prefix.length, '0');
  return pad(prefix + text, conversion);
}

/** The first `precision` bytes, or characters with `!`. */
function clip(text: string, { precision, extended }: Conversion): string {
  if (precision < 0 || precision >= text.length * 3) return text;
  return extended
    ? Array.from(text.slice(0, precision * 2))
        .slice(0, precision)
        .join('')
    : bytesToText(textToBytes(text).subarray(0, precision));
}

function formatString(type: string, text: string | null, conversion: Conversion): string {
  if (type === 's' || type === 'z') return pad(clip(text ?? '', conversion), conversion);
  if (type === 'c') {
    const character = String.fromCodePoint((text ?? '').codePointAt(0) ?? 0);
    const times = Math.max(1, conversion.precision);
    checkSize(times);
    return pad(character.repeat(times), { ...conversion, extended: true });
  }
  const clipped = clip(text ?? (type === 'Q' ? 'NULL' : '(NULL)'), conversion);
  if (type === 'w') return pad(clipped.replaceAll('"', '""'), conversion);
  const quoted = clipped.replaceAll("'", "''");
  const escaped = conversion.alternate ? escapeControls(quoted) : quoted;
  if (type === 'q') return pad(escaped, conversion);
  if (text === null) return pad(clipped, conversion);
  // eslint-disable-next-line no-control-regex
  return pad(conversion.alternate && /[\x01-\x1f]/.test(quoted) ? `unistr('${escaped}')` : `'${quoted}'`, conversion);
}

function escapeControls(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex
    /[\x01-\x1f\\]/g,
    (character) => (character === '\\' ? '\\\\' : `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  );
}

/** What quote() makes of a text; with `unicode` control characters are escaped as unistr() reads them. */
export function quoteText(text: string, unicode: boolean): string {
  return formatText(unicode ? '%#Q' : '%Q', [text]);
}
