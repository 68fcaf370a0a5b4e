import type { JobPayload } from '@tessera/contracts';
import type { Encoding, RowOutputs, Tokenizer } from '@tessera/serving';
import { asFloat32, stack } from '../arithmetic/stack.ts';
import type { HeadContext, TaskHead } from '../head.ts';
import { limitsOf } from '../inputs/fit.ts';
import { forwardRows, timeTokenizing } from '../inputs/forward.ts';
import { longestOf, modelRows } from '../inputs/prepare-rows.ts';
import { extraOutputs, joinExtras, requireOutput } from '../inputs/wanted-outputs.ts';
import { decodeSpans, type ScoredWindow } from './decode-spans.ts';
import { trimAnswer } from './trim-answer.ts';
import { encodeWindows, type Windows } from './windows.ts';

/**
 * Answers as stretches of a context (docs/square-wire.md#question-answering): [question, context] in,
 * `answers` by score out, offsets in code points. Long contexts are read in windows. `start_logits` and
 * `end_logits` are raw, [B, T].
 */
export const questionAnswering: TaskHead<'question-answering'> = {
  task: 'question-answering',
  async run(payload, context) {
    const { runtime } = context;
    for (const output of ['start_logits', 'end_logits'] as const) requireOutput(runtime, output, 'task');
    const extras = extraOutputs(runtime, payload);
    const inputs = await prepareWindows(payload, context);
    const encodings = inputs.flatMap((input) => input.encodings);
    const rows = await forwardRows(context, {
      rows: modelRows(encodings, longestOf(encodings)),
      outputs: ['start_logits', 'end_logits', ...extras],
    });
    let at = 0;
    const read = inputs.map((input) => {
      const own = rows.slice(at, at + input.encodings.length);
      at += own.length;
      const windows = scoredWindows(input.encodings, own, runtime.tokenizer);
      const spans = decodeSpans(windows, payload.options).map((span) => trimAnswer(span, input.context));
      return { input, spans, best: own[spans[0]!.window]! };
    });
    const best = read.map((one) => one.best);
    return {
      prediction: {
        answers: read.map(({ input, spans }) =>
          spans.map(({ score, start, end }) => ({
            score,
            start,
            end,
            answer: input.context.slice(start, end),
          })),
        ),
      },
      tensors: {
        start_logits: stack(best.map((row) => row.start_logits!)),
        end_logits: stack(best.map((row) => row.end_logits!)),
        ...joinExtras(best, extras),
      },
      warnings: inputs.flatMap((input) => input.warnings),
    };
  },
};

/** The windows of every input of a request; books the time. */
function prepareWindows(payload: JobPayload<'question-answering'>, context: HeadContext): Promise<Windows[]> {
  const { tokenizer } = context.runtime;
  const limits = limitsOf(tokenizer, payload.preprocessing);
  const { stride } = payload.preprocessing;
  return timeTokenizing(context, () => encodeWindows(tokenizer, payload.input, { ...limits, stride }));
}

/** Windows beside their raw scores; also what an explanation needs to find the tokens of an answer. */
export function scoredWindows(
  encodings: readonly Encoding[],
  rows: readonly RowOutputs[],
  tokenizer: Tokenizer,
): ScoredWindow[] {
  return encodings.map((encoding, w) => ({
    encoding,
    startLogits: asFloat32(rows[w]!.start_logits!),
    endLogits: asFloat32(rows[w]!.end_logits!),
    nullToken: nullTokenOf(encoding, tokenizer),
  }));
}

/** The place of [CLS], which is not always the first; without one, the first token stands for "no answer". */
function nullTokenOf(encoding: Encoding, tokenizer: Tokenizer): number {
  const { clsId } = tokenizer.specials;
  return Math.max(
    0,
    encoding.inputIds.findIndex((id, t) => id === clsId && encoding.sequenceIds[t] === null),
  );
}
