import { AppError } from '@tessera/base';
import type { z } from 'zod';

/** Options with every default filled in, and the keys that are none. */
export interface ParsedOptions<O> {
  readonly options: O;
  readonly unknown: readonly string[];
}

/**
 * Parses an object of options where null means absent. Throws INPUT_INVALID with the path of what is wrong,
 * below `at`.
 */
export function parseOptions<S extends z.ZodObject>(
  schema: S,
  options: Readonly<Record<string, unknown>>,
  at: string,
): ParsedOptions<z.infer<S>> {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = [at, ...issue.path.map(String)].join('.');
    throw new AppError('INPUT_INVALID', { detail: { field: path, problem: issue.message } });
  }
  return {
    options: parsed.data,
    unknown: Object.keys(given).filter((key) => !(key in schema.shape)),
  };
}

/** What a caller is told of a key that is no option. */
export function ignoredOption(path: string): string {
  return `${path} is not an option and was ignored.`;
}
