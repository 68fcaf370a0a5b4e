import { AppError } from '@tessera/base';
import type { TextInput } from '@tessera/contracts';
import type { Encoding, Tokenizer, Truncation } from '@tessera/serving';

/** What the caller and the model allow. */
export interface Limits {
  /** Tokens at the most, specials included. */
  readonly maxLength: number;
  readonly addSpecialTokens: boolean;
}

/**
 * The model's limit, or the caller's where that is smaller. Special tokens are added unless the caller says
 * no.
 */
export function limitsOf(
  tokenizer: Tokenizer,
  preprocessing: { readonly maxLength: number | null; readonly addSpecialTokens: boolean | null },
): Limits {
  return {
    maxLength: Math.min(tokenizer.maxLength, preprocessing.maxLength ?? Number.POSITIVE_INFINITY),
    addSpecialTokens: preprocessing.addSpecialTokens ?? true,
  };
}

/**
 * Tokenizes inputs just far enough to see whether and where they must be cut, in one native call: with twice
 * the limit, a text that is shorter than the limit is whole, and of a pair it is known which text is longer.
 * A 10 MB text is not read to its end.
 */
export async function survey(
  tokenizer: Tokenizer,
  inputs: readonly TextInput[],
  { maxLength, addSpecialTokens }: Limits,
): Promise<Encoding[]> {
  const all = await tokenizer.encodeAll(inputs, {
    maxLength: 2 * maxLength + SPARE,
    truncation: 'longest-first',
    addSpecialTokens,
    stride: null,
  });
  return all.map((windows) => windows[0]!);
}

/** Room for special tokens in a survey. */
const SPARE = 16;

/** How many tokens each text of an input has, and how many the tokenizer adds. */
export interface Lengths {
  readonly first: number;
  readonly second: number;
  readonly added: number;
}

export function lengthsOf(encoding: Encoding): Lengths {
  let [first, second, added] = [0, 0, 0];
  for (const side of encoding.sequenceIds) {
    if (side === 0) first++;
    else if (side === 1) second++;
    else added++;
  }
  return { first, second, added };
}

/**
 * Which text gives way. A single text is cut at its end. Of a pair the longer text is cut and the shorter one
 * kept whole, so that the context goes and the question stays in either order; only when the longer alone
 * cannot give enough are both cut.
 */
export function chooseTruncation(lengths: Lengths, isPair: boolean, maxLength: number): Truncation {
  const excess = lengths.first + lengths.second + lengths.added - maxLength;
  if (excess <= 0) return 'none';
  if (!isPair) return 'only-first';
  if (Math.max(lengths.first, lengths.second) <= excess) return 'longest-first';
  return lengths.first >= lengths.second ? 'only-first' : 'only-second';
}

/** An input that fits, and what was done to make it fit (null: nothing). */
export interface Fitted {
  readonly encoding: Encoding;
  readonly warning: string | null;
}

/**
 * Tokenizes the inputs of a request within the limits. Throws INPUT_INVALID when a limit leaves no room for a
 * single token.
 */
export async function fitAll(
  tokenizer: Tokenizer,
  inputs: readonly TextInput[],
  limits: Limits,
): Promise<Fitted[]> {
  const surveyed = await survey(tokenizer, inputs, limits);
  return Promise.all(
    surveyed.map((seen, index) => cut(tokenizer, { input: inputs[index]!, seen, index }, limits)),
  );
}

async function cut(
  tokenizer: Tokenizer,
  item: { readonly input: TextInput; readonly seen: Encoding; readonly index: number },
  { maxLength, addSpecialTokens }: Limits,
): Promise<Fitted> {
  const { input, seen, index } = item;
  const lengths = lengthsOf(seen);
  const truncation = chooseTruncation(lengths, typeof input !== 'string', maxLength);
  if (truncation === 'none') return { encoding: seen, warning: null };
  requireRoom(maxLength, lengths.added, 1);
  const [encoding] = await tokenizer.encode(input, { maxLength, truncation, addSpecialTokens, stride: null });
  return {
    encoding: encoding!,
    warning: `input.${index} was cut to ${maxLength} tokens (${missing[truncation]}).`,
  };
}

const missing = {
  none: 'nothing is missing',
  'only-first': 'the end of the first text is missing',
  'only-second': 'the end of the second text is missing',
  'longest-first': 'the ends of both texts are missing',
} as const satisfies Record<Truncation, string>;

/** Throws INPUT_INVALID when `maxLength` tokens do not hold the special tokens and `least` tokens of text. */
export function requireRoom(maxLength: number, added: number, least: number): void {
  if (maxLength >= added + least) return;
  throw new AppError('INPUT_INVALID', {
    detail: {
      field: 'preprocessing.maxLength',
      problem: `${maxLength} leaves no room for text beside ${added} special tokens; give at least ${added + least}`,
    },
  });
}
