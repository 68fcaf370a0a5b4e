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
 * Labels of texts, pairs or choices (docs/square-wire.md#sequence-classification, #multiple-choice). `logits`
 * is [B, C], or [1, N] for N choices: after softmax, after a sigmoid where several labels may hold, as they
 * are for a regression. A text over the limit is cut, the longer text of a pair first.
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
    const { raw, reading } = scoresOf(rows, payload.options, { asChoices, runtime });
    const { logits, labels, sets } = readLabels(raw, reading);
    return {
      prediction: {
        labels,
        ...(sets && { labelSets: sets }),
        id2label: labelNames(
          runtime.description,
          raw.shape.at(-1)!,
          asChoices || payload.options.multipleChoice,
        ),
      },
      tensors: { logits, ...joinExtras(rows, extras) },
      warnings: prepared.warnings,
    };
  },
};

/** What the scores of a row mean: one label of several, any number of labels, or plain values. */
type Reading = 'one-label' | 'label-set' | 'values';

/**
 * Softmax and argmax over the last axis; sigmoid, the best label and all labels above one half where labels
 * do not exclude each other; a regression keeps its raw values and has no labels.
 */
function readLabels(
  raw: Tensor,
  reading: Reading,
): { logits: Tensor; labels: number[]; sets: number[][] | null } {
  if (reading === 'values') return { logits: raw, labels: [], sets: null };
  const size = raw.shape.at(-1)!;
  const scores = asFloat32(raw);
  if (reading === 'one-label') {
    const values = softmaxRows(scores, size);
    return { logits: float32(raw.shape, values), labels: argmaxRows(values, size), sets: null };
  }
  const values = Float32Array.from(scores, (score) => 1 / (1 + Math.exp(-score)));
  const sets: number[][] = [];
  for (let at = 0; at < values.length; at += size)
    sets.push(
      [...values.subarray(at, at + size).entries()].flatMap(([id, value]) => (value > 0.5 ? [id] : [])),
    );
  return { logits: float32(raw.shape, values), labels: argmaxRows(values, size), sets };
}

/** The model's names; LABEL_0 … for a file that has labels and says nothing of them. */
function labelNames(
  { id2label }: ModelRuntime['description'],
  count: number,
  areChoices: boolean,
): Readonly<Record<string, string>> {
  if (areChoices || Object.keys(id2label).length > 0) return id2label;
  return Object.fromEntries(Array.from({ length: count }, (_, id) => [String(id), `LABEL_${id}`]));
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

/**
 * Raw scores, [B, C] of independent rows or [1, N] of choices, and what they mean: what the request says,
 * else problem_type of config.json, else values where there is one score per row.
 */
function scoresOf(
  rows: readonly RowOutputs[],
  { isRegression, multipleChoice }: ClassificationOptions,
  { asChoices, runtime }: { readonly asChoices: boolean; readonly runtime: ModelRuntime },
): { raw: Tensor; reading: Reading } {
  const asked: Reading = isRegression ? 'values' : 'one-label';
  if (asChoices) return { raw: stack([rows[0]!.logits!]), reading: asked };
  const raw = stack(rows.map((row) => row.logits!));
  if (multipleChoice) return { raw: flattenChoices(raw), reading: asked };
  const { problemType } = runtime.description;
  if (!isRegression && problemType === 'multi_label_classification') return { raw, reading: 'label-set' };
  const areValues = problemType === 'regression' || raw.shape[1] === 1;
  return { raw, reading: areValues ? 'values' : asked };
}
