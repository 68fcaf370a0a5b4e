import { AppError } from '@tessera/base';
import { type ClassificationOptions, float32, type Tensor } from '@tessera/contracts';
import type { ModelRuntime, RowOutputs } from '@tessera/serving';
import { argmaxRows, softmaxRows } from '../arithmetic/softmax.ts';
import { asFloat32, stack } from '../arithmetic/stack.ts';
import type { TaskHead } from '../head.ts';
import { forwardRows } from '../inputs/forward.ts';
import { modelRows, prepareRows } from '../inputs/prepare-rows.ts';
import { extraOutputs, joinExtras, requireOutput } from '../inputs/wanted-outputs.ts';

/** Whether the model's own head chooses among rows (rank-3 input), as the …ForMultipleChoice classes do. */
export function isChoiceModel(runtime: ModelRuntime): boolean {
  return runtime.description.modelClass?.endsWith('ForMultipleChoice') ?? false;
}

/**
 * Labels of texts, pairs or choices (docs/square-wire.md#sequence-classification, #multiple-choice). `logits` is [B, C], or [1, N] for N choices: after softmax
 * unless it is a regression. A text over the limit is cut, the longer text of a pair first.
 */
export const sequenceClassification: TaskHead<'sequence-classification'> = {
  task: 'sequence-classification',
  async run(payload, context) {
    const { runtime } = context;
    requireOutput(runtime, 'logits', 'task');
    const extras = extraOutputs(runtime, payload);
    const prepared = await prepareRows(payload, context);
    const asChoices = isChoiceModel(runtime);
    const rows = await forwardRows(context, {
      rows: modelRows(prepared.encodings, extras.length > 0 || asChoices ? prepared.longest : null),
      outputs: ['logits', ...extras],
      asChoices,
    });
    const { raw, isRegression } = scoresOf(rows, payload.options, asChoices);
    const { logits, labels } = readLabels(raw, isRegression);
    return {
      fields: {
        labels,
        id2label: runtime.description.id2label,
        attributions: [],
        questions: [],
        contexts: [],
        adversarial: {},
      },
      tensors: { logits, ...joinExtras(rows, extras) },
      warnings: prepared.warnings,
    };
  },
};

/** Softmax and argmax over the last axis; a regression keeps its raw values and has no labels. */
function readLabels(raw: Tensor, isRegression: boolean): { logits: Tensor; labels: number[] } {
  if (isRegression) return { logits: raw, labels: [] };
  const size = raw.shape.at(-1)!;
  const values = softmaxRows(asFloat32(raw), size);
  return { logits: float32(raw.shape, values), labels: argmaxRows(values, size) };
}

/** N rows that are the choices of one question, scored by a head with one output: [N, 1] becomes [1, N]. */
function flattenChoices(scores: Tensor): Tensor {
  const [rows, size] = scores.shape as [number, number];
  if (size === 1) return float32([1, rows], asFloat32(scores));
  throw new AppError('INPUT_INVALID', {
    detail: {
      field: 'options.multipleChoice',
      problem: `this model gives ${size} scores a row, and choosing among rows needs exactly one`,
    },
  });
}

/** Raw scores, [B, C] of independent rows or [1, N] of choices, and whether they are values rather than label scores. */
function scoresOf(
  rows: readonly RowOutputs[],
  options: ClassificationOptions,
  asChoices: boolean,
): { raw: Tensor; isRegression: boolean } {
  const { isRegression } = options;
  if (asChoices) return { raw: stack([rows[0]!.logits!]), isRegression };
  const scores = stack(rows.map((row) => row.logits!));
  if (options.multipleChoice) return { raw: flattenChoices(scores), isRegression };
  return { raw: scores, isRegression: isRegression || scores.shape[1] === 1 };
}
