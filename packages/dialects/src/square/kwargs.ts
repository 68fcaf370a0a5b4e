import { checkText, defaultTextLimits, invalid } from '../text-limits.ts';
import { type JsonRecord, readBoolean, readInteger, readString } from './coerce.ts';

/**
 * Reads one `*_kwargs` object key by key. A key that is null counts as absent; keys nobody asked for are
 * ignored and told to the caller as warnings, because SQuARE hands such objects to Python functions whose
 * options Tessera does not all have.
 */
export interface Kwargs {
  boolean<T>(name: string, fallback: T): boolean | T;
  integer<T>(name: string, fallback: T, range: { readonly min: number; readonly max?: number }): number | T;
  text<T>(name: string, fallback: T): string | T;
  choice<T extends string, F extends T | null>(name: string, options: ChoiceOptions<T, F>): T | F;
  /** Marks keys as known although they change nothing. */
  accept(...names: readonly string[]): void;
  /** One sentence for each key that was never asked for. */
  warnings(): readonly string[];
}

interface ChoiceOptions<T extends string, F extends T | null> {
  readonly values: readonly T[];
  readonly fallback: F;
  /** The refusal's text. */
  problem(value: string): string;
}

export function readKwargs(record: JsonRecord, name: string): Kwargs {
  const known = new Set<string>();
  const take = (key: string): unknown => {
    known.add(key);
    return record[key] ?? undefined;
  };
  const field = (key: string): string => `body.${name}.${key}`;
  return {
    boolean(key, fallback) {
      const value = take(key);
      return value === undefined ? fallback : readBoolean(value, field(key));
    },
    integer(key, fallback, range) {
      const value = take(key);
      return value === undefined ? fallback : readInteger(value, field(key), range);
    },
    text(key, fallback) {
      const value = take(key);
      if (value === undefined) return fallback;
      const text = readString(value, field(key));
      checkText(text, field(key), defaultTextLimits);
      return text;
    },
    choice(key, { values, fallback, problem }) {
      const value = take(key);
      if (value === undefined) return fallback;
      const found = values.find((candidate) => candidate === value);
      if (!found) throw invalid(field(key), problem(typeof value === 'string' ? value : typeof value));
      return found;
    },
    accept(...names) {
      for (const key of names) known.add(key);
    },
    warnings: () =>
      Object.keys(record)
        .filter((key) => !known.has(key))
        .map((key) => `${name}.${shownKey(key)} is not an option of this server and was ignored`),
  };
}

/** A key as it may stand in a log or a header: cut, printable ASCII only. */
export function shownKey(key: string): string {
  return key.slice(0, 60).replace(/[^\x21-\x7e]/g, '?');
}
