/** Calls of scalar functions with arguments that are odd in the function's own terms. */
import type { Random } from './random.ts';
import { JSON_TEXTS, literal, MOMENTS, someText, text } from './values.ts';

const JSON_PATHS = [
  '$', '$.a', '$.b', '$.b[1]', '$[0]', '$[2].k', '$.c.d', '$.nope', '$.b[#-1]', '$[#]', '$."a b"', '$.a.b.c[1]', '$[#-2]', '$.b[9]', '$.é', '$.""',
]; // oxfmt-ignore
const MODIFIERS = [
  '+1 day', '-1 month', '+1 year', 'start of month', 'start of year', 'start of day', 'weekday 1', '+90 minutes', '-3.5 hours', '+12:30',
  'weekday 0', '-1 day', '+13 months', '1.5 days', '-100 years', '+0001-02-03', '-0000-01-01 12:00', 'unixepoch', 'auto', 'julianday', 'subsec',
  'ceiling', 'floor', '+1 month', '-12:00:30', '+10 seconds', '+1e3 seconds', 'utc', 'localtime', 'weekday 7', 'nonsense', '+40 days', '+1.25 months',
]; // oxfmt-ignore
const FORMATS = [
  '%Y-%m-%d', '%H:%M:%S', '%j', '%w', '%s', '%W', '%f', '%J', '%Y %G %V', '%d/%e', '%I %l %p %P', '%k', '%R', '%T', '%u', '%U', '%F', '%g', '%%', '%x', 'é%Y',
]; // oxfmt-ignore
const PRINTF = [
  '%d', '%5d|', '%-5d|', '%05d', '%x', '%s', '%10.3s|', '%.2f', '%e', '%g', '%c', '%q', '%Q', '%%', '%,d', '%+d', '%X', '%#x', '%o', '%#o', '%u', '%i',
  '%lld', '%08.3f', '%-10.2f|', '% d', '%+.1e', '%G', '%#g', '%.0f', '%!.15g', '%.20g', '%w', '%5c|', '%.3c', '%-8s|', '%!5.2s|', '%,.2f', '%E', '%z', '%', '%5%',
  '%.1f', '%10d|%s', '%*d|', '%.*f', '%s %s', '%-+8.2f|', '%#.3f', '%!.0f', '%.17g', '%ld', '%p', '%n',
]; // oxfmt-ignore
const MATH = [
  'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'exp', 'ln', 'log', 'log10', 'log2', 'sqrt', 'degrees',
  'radians', 'ceil', 'ceiling', 'floor', 'trunc', 'sign', 'abs', 'round',
]; // oxfmt-ignore
const TEXT_CALLS = [
  'typeof', 'length', 'upper', 'lower', 'hex', 'quote', 'trim', 'ltrim', 'rtrim', 'unicode', 'octet_length', 'typeof', 'likely', 'unlikely', 'unistr_quote', 'json_quote',
]; // oxfmt-ignore

type Sub = () => string;

function integer(random: Random): string {
  return String(random.below(7) - 2);
}

export function stringCall(random: Random, sub: Sub): string {
  return random.pick([
    () => `${random.pick(TEXT_CALLS)}(${sub()})`,
    () => `${random.pick(TEXT_CALLS)}(${sub()})`,
    () => `substr(${sub()}, ${integer(random)}${random.chance(0.6) ? `, ${integer(random)}` : ''})`,
    () => `substring(${sub()}, ${sub()}, ${integer(random)})`,
    () => `replace(${sub()}, ${someText(random)}, ${sub()})`,
    () => `instr(${sub()}, ${sub()})`,
    () => `char(${97 + random.below(9)}, ${random.below(5000) + 200}, ${random.pick(['0x1F600', '65', 'NULL', '-1'])})`,
    () => `concat_ws('-', ${sub()}, ${sub()}, ${sub()})`,
    () => `concat(${sub()}, ${sub()})`,
    () => `${random.pick(['trim', 'ltrim', 'rtrim'])}(${sub()}, ${someText(random)})`,
    () => `unhex(${random.pick([sub(), "'6162'", "'61-62'", "'6'"])}${random.chance(0.3) ? ", '-'" : ''})`,
    () => `hex(${sub()})`,
    () => `zeroblob(${random.below(5)})`,
    () => `${random.pick(['like', 'glob'])}(${someText(random)}, ${sub()})`,
    () => `unistr(${text(random.pick(['a\\u00e9', '\\+01F600', '\\\\', '\\0041', 'x\\']))})`,
    () => `soundex(${sub()})`,
  ])();
}

export function numberCall(random: Random, sub: Sub): string {
  return random.pick([
    () => `${random.pick(MATH)}(${sub()})`,
    () => `${random.pick(MATH)}(${sub()})`,
    () => `round(${sub()}, ${integer(random)})`,
    () => `round(${sub()}, ${random.below(18)})`,
    () => `mod(${sub()}, ${sub()})`,
    () => `${random.pick(['pow', 'power', 'atan2', 'log'])}(${sub()}, ${integer(random)})`,
    () => `pi()`,
    () => `abs(${sub()})`,
  ])();
}

export function genericCall(random: Random, sub: Sub): string {
  return random.pick([
    () => `${random.pick(['coalesce', 'ifnull', 'nullif', 'max', 'min', 'iif', 'if'])}(${sub()}, ${sub()})`,
    () => `${random.pick(['coalesce', 'max', 'min', 'iif', 'if'])}(${sub()}, ${sub()}, ${sub()})`,
    () => `likelihood(${sub()}, 0.5)`,
    () => `iif(${sub()}, ${sub()}, ${sub()}, ${sub()})`,
    () => `typeof(${sub()})`,
  ])();
}

export function printfCall(random: Random, sub: Sub): string {
  const args = random.times(1, 2, sub);
  return `${random.pick(['printf', 'format'])}(${text(random.pick(PRINTF))}, ${args.join(', ')})`;
}

export function dateCall(random: Random, sub: Sub): string {
  const moment = (): string =>
    random.chance(0.75) ? text(random.pick(MOMENTS)) : random.chance(0.5) ? sub() : String(random.below(5000000));
  if (random.chance(0.08)) return `timediff(${moment()}, ${moment()})`;
  const name = random.pick(['date', 'time', 'datetime', 'julianday', 'unixepoch', 'strftime', 'strftime']);
  const format = name === 'strftime' ? `${text(random.pick(FORMATS))}, ` : '';
  const modifiers = random.times(0, 3, () => `, ${text(random.pick(MODIFIERS))}`);
  return `${name}(${format}${moment()}${modifiers.join('')})`;
}

export function jsonCall(random: Random, sub: Sub): string {
  const value = random.chance(0.1) ? sub() : text(random.pick(JSON_TEXTS));
  const path = text(random.pick(JSON_PATHS));
  const other = text(random.pick(JSON_PATHS));
  const item = (): string => literal(random).replace(/^x'.*$/, '1');
  const b = random.chance(0.15) ? 'b' : '';
  const call = random.pick([
    () => `json_extract(${value}, ${path})`,
    () => `json_extract(${value}, ${path}, ${other})`,
    () => `(${value} -> ${random.pick([path, "'a'", '0', '-1', "'a b'", '1'])})`,
    () => `(${value} ->> ${random.pick([path, "'a'", '0', '-1', "'b'", '1'])})`,
    () => `json_type(${value}, ${path})`,
    () => `json_type(${value})`,
    () =>
      `json${b}_${random.pick(['set', 'insert', 'replace'])}(${value}, ${path}, ${random.pick([item(), `json(${value})`, sub()])})`,
    () => `json${b}_set(${value}, ${path}, ${item()}, ${other}, ${item()})`,
    () => `json${b}_remove(${value}, ${path === "'$'" ? "'$.a'" : path})`,
    () => `json${b}_array(${value}, json(${value}), 1, 2.5, NULL, ${sub()})`,
    () => `json${b}_object('k', json_array(1, 'x'), 'l', json(${value}), 'm', ${sub()})`,
    () => `json_array_length(${value}, ${path})`,
    () => `json_valid(${sub()}${random.chance(0.3) ? `, ${1 + random.below(15)}` : ''})`,
    () => `json_quote(json_extract(${value}, ${path}))`,
    () => `json${b}_patch(${value}, '{"a":null,"z":[1],"b":{"q":2}}')`,
    () => `json_pretty(${value}${random.chance(0.4) ? ", '\t'" : ''})`,
    () => `json_error_position(${value})`,
    () => `json${b}(${value})`,
    () => `json_extract(jsonb(${value}), ${path})`,
    () => `json(jsonb(${value}))`,
  ])();
  return call.startsWith('jsonb') ? `json(${call})` : call;
}
