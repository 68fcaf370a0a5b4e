import type { JobPayload } from '@tessera/contracts';
import type { Encoding, ModelRow } from '@tessera/serving';
import type { HeadContext } from '../head.ts';
import { fitAll, limitsOf } from './fit.ts';
import { timeTokenizing } from './forward.ts';

/** The inputs of one request, tokenized. */
export interface PreparedRows {
  readonly encodings: readonly Encoding[];
  readonly warnings: readonly string[];
  /** Tokens of the longest input. */
  readonly longest: number;
}

/** Tokenizes every input of a request, one row each, and books the time. */
export async function prepareRows(
  payload: Pick<JobPayload, 'input' | 'preprocessing'>,
  context: HeadContext,
): Promise<PreparedRows> {
  const { tokenizer } = context.runtime;
  const limits = limitsOf(tokenizer, payload.preprocessing);
  const fitted = await timeTokenizing(context, () => fitAll(tokenizer, payload.input, limits));
  const encodings = fitted.map((one) => one.encoding);
  return {
    encodings,
    warnings: fitted.flatMap((one) => (one.warning === null ? [] : [one.warning])),
    longest: longestOf(encodings),
  };
}

export function longestOf(encodings: readonly Encoding[]): number {
  return encodings.reduce((longest, encoding) => Math.max(longest, encoding.inputIds.length), 0);
}

/** Rows for the model; `padTo` asks for positions up to that length in every row's outputs. */
export function modelRows(encodings: readonly Encoding[], padTo: number | null): ModelRow[] {
  return encodings.map(({ inputIds, typeIds }) => ({
    inputIds,
    typeIds,
    ...(padTo === null ? {} : { padTo }),
  }));
}

/** `values` with `filler` behind them up to `length`, as a padded batch has them. */
export function padded<T, F>(values: readonly T[], length: number, filler: F): (T | F)[] {
  return [...values, ...new Array<F>(length - values.length).fill(filler)];
}
