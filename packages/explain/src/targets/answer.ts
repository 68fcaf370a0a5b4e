import type { NamedTensors } from '@tessera/contracts';
import { answerSpan, spanProbabilities } from '../answer-span.ts';
import type { Prediction } from '../instance.ts';
import type { TokenSequence } from '../sequence.ts';
import { linear } from '../target.ts';
import { type Choice, invalid, refuseContrast, type TargetOptions } from './choice.ts';

/** F = s_i + e_j of the returned answer (or one side of it), in the window where it scores highest. */
export function answerTarget(
  prediction: Extract<Prediction, { kind: 'answer' }>,
  windows: readonly TokenSequence[],
  { outputs, options }: { outputs: readonly NamedTensors[]; options: TargetOptions },
): Choice {
  refuseContrast(options, 'question answering');
  const side = options.target ?? 'both';
  if (side !== 'start' && side !== 'end' && side !== 'both')
    throw invalid('target', 'for question answering give "start", "end" or "both"');
  const nullToken = prediction.nullToken ?? 0;
  const span = prediction.span ?? findSpan(prediction, windows, outputs);
  const start = { output: 'start_logits', index: [span.first], weight: 1 } as const;
  const end = { output: 'end_logits', index: [span.last], weight: 1 } as const;
  const target = side === 'both' ? linear(start, end) : linear(side === 'start' ? start : end);
  const sequence = windows[span.window]!;
  return {
    window: span.window,
    target,
    queries:
      side === 'both' ? [...new Set([span.first, span.last])] : [side === 'start' ? span.first : span.last],
    probability: (row) => {
      const p = spanProbabilities(sequence, row['start_logits']!.data as Float32Array, nullToken)[
        span.first
      ]!;
      const q = spanProbabilities(sequence, row['end_logits']!.data as Float32Array, nullToken)[span.last]!;
      return side === 'both' ? p * q : side === 'start' ? p : q;
    },
    fixedPositions: true,
    description: { kind: 'answer', side, answer: prediction.answer, tokens: [span.first, span.last] },
  };
}

/**
 * The answer's window and tokens by its offsets: where s_i + e_j is highest; the null answer's in the first
 * window.
 */
function findSpan(
  prediction: Extract<Prediction, { kind: 'answer' }>,
  windows: readonly TokenSequence[],
  outputs: readonly NamedTensors[],
): NonNullable<typeof prediction.span> {
  const nullToken = prediction.nullToken ?? 0;
  if (prediction.answer === '') return { window: 0, first: nullToken, last: nullToken };
  const found = windows.flatMap((sequence, window) => {
    const span = answerSpan(sequence, outputs[window]!, prediction);
    return span ? [{ window, ...span }] : [];
  });
  const [best] = found.sort((a, b) => b.score - a.score);
  if (!best) throw new Error('no window of the input holds the answer that is to be explained');
  return best;
}
