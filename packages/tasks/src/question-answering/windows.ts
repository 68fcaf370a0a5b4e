import { AppError } from '@tessera/base';
import type { TextInput } from '@tessera/contracts';
import type { Encoding, Tokenizer } from '@tessera/serving';
import { type CodePoints, codePoints } from '../arithmetic/code-points.ts';
import { type Limits, lengthsOf, requireRoom, survey } from '../inputs/fit.ts';

/** Tokens that two windows share when the caller does not say. */
export const DEFAULT_STRIDE = 128;

/** A question and its context as one or more windows. */
export interface Windows {
  readonly encodings: readonly Encoding[];
  readonly context: CodePoints;
  readonly warnings: readonly string[];
}

interface WindowOptions extends Limits {
  /** Tokens shared by two windows; null for the default. */
  readonly stride: number | null;
}

/**
 * Tokenizes pairs [question, context]. A context that does not fit becomes windows that share `stride`
 * tokens, or half the room for context where that is less. The question stays whole unless it would take more
 * than three quarters of the room; then its end is cut. Throws INPUT_INVALID for a single text and for a
 * limit without room.
 */
export async function encodeWindows(
  tokenizer: Tokenizer,
  inputs: readonly TextInput[],
  options: WindowOptions,
): Promise<Windows[]> {
  inputs.forEach(requirePair);
  const surveyed = await survey(tokenizer, inputs, options);
  return Promise.all(
    surveyed.map((seen, index) =>
      split(tokenizer, { pair: inputs[index] as readonly [string, string], seen, index }, options),
    ),
  );
}

interface Item {
  readonly pair: readonly [question: string, context: string];
  readonly seen: Encoding;
  readonly index: number;
}

async function split(tokenizer: Tokenizer, item: Item, options: WindowOptions): Promise<Windows> {
  const { pair, seen, index } = item;
  const { maxLength, addSpecialTokens } = options;
  const context = codePoints(pair[1]);
  const { first, second, added } = lengthsOf(seen);
  if (first + second + added <= maxLength) return { encodings: [seen], context, warnings: [] };
  requireRoom(maxLength, added, 2);
  const question = shortenQuestion(pair[0], seen, maxLength - added);
  const [kept] = await survey(tokenizer, [[question, '']], options);
  const questionTokens = lengthsOf(kept!).first;
  const room = maxLength - added - questionTokens;
  const stride = Math.min(options.stride ?? DEFAULT_STRIDE, Math.floor(room / 2));
  const encodings = await tokenizer.encode([question, pair[1]], {
    maxLength,
    truncation: 'only-second',
    addSpecialTokens,
    stride,
  });
  const warnings: string[] = [];
  if (question !== pair[0])
    warnings.push(`input.${index}: the question was cut to ${questionTokens} tokens.`);
  if (encodings.length > 1)
    warnings.push(
      `input.${index}: the context was read in ${encodings.length} windows that share ${stride} tokens; ` +
        'start_logits and end_logits are those of the window of the best answer.',
    );
  return { encodings, context, warnings };
}

/**
 * The question, cut so that at least a quarter of `budget` tokens, and never less than one, is left for the
 * context.
 */
function shortenQuestion(question: string, encoding: Encoding, budget: number): string {
  const most = budget - Math.max(1, Math.floor(budget / 4));
  const ends = encoding.offsets.filter((_, t) => encoding.sequenceIds[t] === 0).map(([, end]) => end);
  return ends.length <= most ? question : codePoints(question).slice(0, most === 0 ? 0 : ends[most - 1]!);
}

function requirePair(input: TextInput, index: number): void {
  if (typeof input !== 'string') return;
  throw new AppError('INPUT_INVALID', {
    detail: { field: `input.${index}`, problem: 'give a pair of texts, [question, context]' },
  });
}
