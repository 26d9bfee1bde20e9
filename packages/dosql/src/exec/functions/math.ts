/**
 * Mathematical functions. A result that is not a number is NULL.
 * @see https://www.sqlite.org/lang_mathfunc.html
 */
import { argument, scalarFunctions, type ScalarTable } from './define.ts';
import type { ScalarFunction } from './function.ts';
import { isReal, numericValue, realOrNull, toReal } from './values.ts';

type Row = ScalarTable[string];

function real(compute: (x: number, y: number) => number, count: 1 | 2 = 1): Row {
  return [
    count,
    count,
    'real',
    (args) => {
      const x = numericValue(argument(args, 0));
      const y = count === 1 ? 0 : numericValue(argument(args, 1));
      return x === null || y === null ? null : realOrNull(compute(toReal(x), toReal(y)));
    },
  ];
}

/** Integers stay as they are. */
function rounding(compute: (x: number) => number): Row {
  return [
    1,
    1,
    'number',
    (args) => {
      const x = numericValue(argument(args, 0));
      return isReal(x) ? realOrNull(compute(toReal(x))) : x;
    },
  ];
}

/** Logarithms of 0 and less are NULL, not infinite. */
function logarithm(compute: (x: number) => number): Row {
  return real((x) => (x <= 0 ? NaN : compute(x)));
}

const ceil = rounding(Math.ceil);
const log10 = logarithm(Math.log10);
const pow = real((x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y), 2);

const TABLE: ScalarTable = {
  ...Object.fromEntries(
    (
      [
        'acos',
        'acosh',
        'asin',
        'asinh',
        'atan',
        'atanh',
        'cos',
        'cosh',
        'exp',
        'sin',
        'sinh',
        'sqrt',
        'tan',
        'tanh',
      ] as const
    ).map((name) => [name, real(Math[name])]),
  ),
  atan2: real(Math.atan2, 2),
  ceil,
  ceiling: ceil,
  degrees: real((x) => x * (180 / Math.PI)),
  floor: rounding(Math.floor),
  ln: logarithm(Math.log),
  log: [
    1,
    2,
    'real',
    (args, context) => {
      if (args.length < 2) return log10[3](args, context);
      const [base, x] = [numericValue(argument(args, 0)), argument(args, 1)];
      const divisor = base === null ? 0 : Math.log(toReal(base));
      return x === null || !(divisor > 0) || !(toReal(x) > 0) ? null : realOrNull(Math.log(toReal(x)) / divisor);
    },
  ],
  log10,
  log2: logarithm(Math.log2),
  mod: real((x, y) => x % y, 2),
  pi: [0, 0, 'real', () => Math.PI],
  pow,
  power: pow,
  radians: real((x) => x * (Math.PI / 180)),
  trunc: rounding(Math.trunc),
};

export const MATH_FUNCTIONS: [string, ScalarFunction][] = /* @__PURE__ */ scalarFunctions(TABLE);
