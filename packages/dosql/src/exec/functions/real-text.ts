/** Decimal digits of doubles, digit for digit as SQLite's sqlite3FpDecode gives them. */

/** Significant digits of a number: 0.d1d2d3… × 10^point. */
export interface Decimal {
  /** Without zeros at the end, at least one digit. */
  digits: string;
  point: number;
}

const view: DataView = /* @__PURE__ */ new DataView(new ArrayBuffer(8));

/** Digits that SQLite computes when it is asked for n: one more for some numbers, by its estimate of the exponent. */
function extraDigit(value: number, exponent10: number): number {
  view.setFloat64(0, value);
  const biased = (view.getUint32(0) >>> 20) & 0x7ff;
  const exponent2 = biased === 0 ? Math.floor(Math.log2(value)) : biased - 1023;
  return exponent10 - Math.floor((exponent2 * 78913) / 262144);
}

/**
 * Rounds to `round` significant digits when positive, to -round digits after the point otherwise, and to at most
 * `most` significant ones. `value` is finite and greater than 0.
 */
export function decimalDigits(value: number, round: number, most: number): Decimal {
  const exact = value.toExponential(20);
  const exponent = Number(exact.slice(exact.indexOf('e') + 1));
  const extra = extraDigit(value, exponent);
  const short = round > 0 && round < 17;
  const rounded = short ? exact : value.toExponential(17 + extra);
  let digits = rounded.replace(/\.|e.*/g, '');
  if (short) digits = digits.slice(0, round + 1 + extra);
  let point = Number(rounded.slice(rounded.indexOf('e') + 1)) + 1;
  let keep = round;
  if (round <= 0) {
    keep = point - round;
    if (keep === 0 && digits >= '5') {
      keep = 1;
      digits = `0${digits}`;
      point++;
    }
  }
  if (keep > 0 && (keep < digits.length || digits.length > most)) {
    keep = Math.min(keep, most);
    if (keep === 17) keep = roundTrip(digits, point, value);
    const up = (digits[keep] ?? '0') >= '5';
    digits = digits.slice(0, keep);
    if (up) {
      const next = String(BigInt(digits) + 1n).padStart(keep, '0');
      if (next.length > keep) point++;
      digits = next;
    }
  }
  return { digits: digits.replace(/(?!^)0+$/, ''), point };
}

/** Fewer than 17 digits where they are followed by nines or zeros and read back as the same number. */
function roundTrip(digits: string, point: number, value: number): number {
  let kept = 0;
  if (digits.slice(14, 16) === '99') {
    kept = digits.slice(0, 14).replace(/9+$/, '').length;
    const next = kept === 0 ? '1' : String(BigInt(digits.slice(0, kept)) + 1n);
    return Number(`${next}e${point - kept}`) === value ? kept + 1 : 17;
  }
  if (point >= digits.length || digits.slice(13, 16) === '000') {
    kept = digits.slice(0, 13).replace(/0+$/, '').length;
    return Number(`${digits.slice(0, kept)}e${point - kept}`) === value ? kept + 1 : 17;
  }
  return 17;
}

/** Digits, point and sign put together as '%!.17g' does: '1.0', '0.5', '1.0e+23'. */
function layoutReal(negative: boolean, { digits, point }: Decimal, precision: number): string {
  const sign = negative ? '-' : '';
  const exponent = point - 1;
  if (exponent < -4 || exponent >= precision) {
    const size = Math.abs(exponent);
    return `${sign}${digits[0]}.${digits.slice(1) || '0'}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point) || '0'}`;
}

/** The text of a REAL, '%!.17g' of SQLite. NaN does not occur. */
export function formatReal(value: number): string {
  if (value === 0) return '0.0';
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  const size = Math.abs(value);
  // Shortest digits that read back are SQLite's too when they are few: see roundTrip().
  const text = String(size);
  if (text.length < 14 && size >= 1e-4 && size < 1e16)
    return (value < 0 ? '-' : '') + text + (text.includes('.') ? '' : '.0');
  return layoutReal(value < 0, decimalDigits(size, 17, 17), 17);
}
