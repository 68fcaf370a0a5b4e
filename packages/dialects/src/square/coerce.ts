import { checkSize } from '../check-size.ts';
import { invalid } from '../text-limits.ts';

/**
 * The lenient reading that SQuARE's clients rely on: pydantic 1.8's coercions, with its texts and type names
 * (docs/square-wire.md#requests). Every failure is INPUT_INVALID naming the field.
 */

const trueWords = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const falseWords = new Set(['0', 'off', 'f', 'false', 'n', 'no']);

export type JsonRecord = Readonly<Record<string, unknown>>;

/** Strings as they are; numbers and booleans as Python prints them: 2.5 → "2.5", true → "True". */
export function readString(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) throw noneNotAllowed(field);
  throw invalid(field, 'str type expected', 'type_error.str');
}

export function readBoolean(value: unknown, field: string): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  if (trueWords.has(word)) return true;
  if (falseWords.has(word)) return false;
  if (value === null) throw noneNotAllowed(field);
  throw invalid(field, 'value could not be parsed to a boolean', 'type_error.bool');
}

export function readInteger(
  value: unknown,
  field: string,
  range: { readonly min: number; readonly max?: number },
): number {
  if (value === null) throw noneNotAllowed(field);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    throw invalid(field, 'value is not a valid integer', 'type_error.integer');
  if (number < range.min)
    throw invalid(
      field,
      `ensure this value is greater than or equal to ${range.min}`,
      'value_error.number.not_ge',
    );
  if (range.max !== undefined && number > range.max)
    throw invalid(
      field,
      `ensure this value is less than or equal to ${range.max}`,
      'value_error.number.not_le',
    );
  return number;
}

export function readObject(value: unknown, field: string): JsonRecord {
  if (value === null) throw noneNotAllowed(field);
  if (typeof value !== 'object' || Array.isArray(value))
    throw invalid(field, 'value is not a valid dict', 'type_error.dict');
  return value as JsonRecord;
}

/** A whole body: an object, or the words FastAPI has for its absence. */
export function readBody(body: unknown, read?: readonly string[]): JsonRecord {
  if (body === undefined) throw invalid('body', 'field required', 'value_error.missing');
  const record = readObject(body, 'body');
  if (read) for (const name of read) checkSize(record[name], `body.${name}`, 1);
  else checkSize(record, 'body');
  return record;
}

export function noneNotAllowed(field: string): Error {
  return invalid(field, 'none is not an allowed value', 'type_error.none.not_allowed');
}
