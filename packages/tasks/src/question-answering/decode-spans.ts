import type { Encoding } from '@tessera/serving';
import { softmax } from '../arithmetic/softmax.ts';
import { type Span, topSpans } from './top-spans.ts';
import { type WordExtents, wordExtents } from './word-extents.ts';

/** One window of a context with its raw scores [T]; positions behind the encoding (padding) are ignored. */
export interface ScoredWindow {
  readonly encoding: Pick<Encoding, 'sequenceIds' | 'wordIds' | 'offsets'>;
  readonly startLogits: ArrayLike<number>;
  readonly endLogits: ArrayLike<number>;
  /** The token that stands for "no answer", mostly [CLS] at 0. */
  readonly nullToken: number;
}

export interface SpanOptions {
  readonly topk: number;
  /** Tokens at the most. */
  readonly maxAnswerLen: number;
  readonly showNullAnswers: boolean;
}

/** Score that hides a position from the softmax, as docs/square-wire.md#question-answering has it. */
const HIDDEN = -10000;

/**
 * The answers of one input, best first, never none (docs/square-wire.md#question-answering). Each window has
 * a softmax of its own over its context and null token; span (i, j) scores p_i·q_j; spans are widened to
 * whole words; of equal (start, end) the best stays. The null answer scores min over the windows of p_0·q_0,
 * since a text has no answer only when none of its windows has. It has start = end = 0 and is listed when
 * asked for, or when there is nothing else.
 */
export function decodeSpans(windows: readonly ScoredWindow[], options: SpanOptions): Span[] {
  const top = topSpans(options.topk);
  const extents = wordExtents(windows.map((window) => window.encoding));
  let none: Span | undefined;
  windows.forEach((window, index) => {
    const start = probabilities(window, window.startLogits);
    const end = probabilities(window, window.endLogits);
    const { nullToken } = window;
    const noAnswer = start[nullToken]! * end[nullToken]!;
    if (!none || noAnswer < none.score)
      none = {
        score: noAnswer,
        start: 0,
        end: 0,
        window: index,
        startToken: nullToken,
        endToken: nullToken,
      };
    offerSpans({ window, index, start, end, extents, maxAnswerLen: options.maxAnswerLen }, top);
  });
  const answers = top.ranked();
  if (none && (options.showNullAnswers || answers.length === 0)) answers.push(none);
  return answers.sort((a, b) => b.score - a.score).slice(0, options.topk);
}

/** Softmax over the positions that may take part: the context's tokens and the null token. */
function probabilities({ encoding, nullToken }: ScoredWindow, logits: ArrayLike<number>): Float64Array {
  const length = encoding.sequenceIds.length;
  const shown = Float64Array.from({ length }, (_, t) =>
    encoding.sequenceIds[t] === 1 || t === nullToken ? logits[t]! : HIDDEN,
  );
  return softmax(shown);
}

interface Search {
  readonly window: ScoredWindow;
  readonly index: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly extents: WordExtents;
  readonly maxAnswerLen: number;
}

function offerSpans(search: Search, top: ReturnType<typeof topSpans>): void {
  const { encoding, nullToken } = search.window;
  const tokens = encoding.sequenceIds.flatMap((side, t) =>
    side === 1 && t !== nullToken && encoding.wordIds[t] !== null ? [t] : [],
  );
  const bestEnd = tokens.reduce((best, t) => Math.max(best, search.end[t]!), 0);
  for (const i of tokens) {
    if (search.start[i]! * bestEnd <= top.threshold()) continue;
    for (const j of tokens) {
      if (j < i) continue;
      if (j >= i + search.maxAnswerLen) break;
      const score = search.start[i]! * search.end[j]!;
      if (score <= top.threshold()) continue;
      const { start } = search.extents.get(encoding.wordIds[i]!)!;
      const { end } = search.extents.get(encoding.wordIds[j]!)!;
      top.offer({ score, start, end, window: search.index, startToken: i, endToken: j });
    }
  }
}
