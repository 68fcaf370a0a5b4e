import { float32 } from '@tessera/contracts';
import { argmaxRows, softmaxRows } from '../arithmetic/softmax.ts';
import { asFloat32, stack } from '../arithmetic/stack.ts';
import type { TaskHead } from '../head.ts';
import { forwardRows } from '../inputs/forward.ts';
import { modelRows, padded, prepareRows } from '../inputs/prepare-rows.ts';
import { extraOutputs, joinExtras, requireOutput } from '../inputs/wanted-outputs.ts';

/**
 * A label for every token, special and padding positions included (docs/square-wire.md#token-classification).
 * `logits` is [B, T, C], after softmax unless it is a regression; `wordIds` tells which word a token belongs
 * to.
 */
export const tokenClassification: TaskHead<'token-classification'> = {
  task: 'token-classification',
  async run(payload, context) {
    const { runtime } = context;
    requireOutput(runtime, 'logits', 'task');
    const extras = extraOutputs(runtime, payload);
    const { encodings, longest, warnings } = await prepareRows(payload, context);
    const rows = await forwardRows(context, {
      rows: modelRows(encodings, longest),
      outputs: ['logits', ...extras],
    });
    const raw = stack(rows.map((row) => row.logits!)); // [B, T, C]
    const size = raw.shape[2]!;
    const { isRegression } = payload.options;
    const values = isRegression ? asFloat32(raw) : softmaxRows(asFloat32(raw), size);
    const labels = isRegression
      ? []
      : encodings.map((_, b) =>
          argmaxRows(values.subarray(b * longest * size, (b + 1) * longest * size), size),
        );
    return {
      prediction: {
        labels,
        id2label: runtime.description.id2label,
        wordIds: encodings.map((encoding) => padded(encoding.wordIds, longest, null)),
        // What it takes to group tokens into entities of the text.
        tokens: encodings.map((encoding) => padded(encoding.tokens, longest, null)),
        offsets: encodings.map((encoding) => padded(encoding.offsets, longest, [0, 0])),
      },
      tensors: { logits: float32(raw.shape, values), ...joinExtras(rows, extras) },
      warnings,
    };
  },
};
