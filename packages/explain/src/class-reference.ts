import { AppError } from '@tessera/base';

/**
 * A class by index, by label, or by an index written as text. Throws INPUT_INVALID and names the labels there
 * are.
 */
export function classIndex(
  reference: number | string,
  {
    field,
    id2label,
    classes,
  }: {
    readonly field: string;
    readonly id2label: Readonly<Record<string, string>>;
    readonly classes: number;
  },
): number {
  const byLabel = Object.entries(id2label).find(([, label]) => label === reference)?.[0];
  const index = Number(byLabel ?? reference);
  if (Number.isInteger(index) && index >= 0 && index < classes) return index;
  const labels = Object.values(id2label).slice(0, 20).join(', ');
  throw new AppError('INPUT_INVALID', {
    detail: {
      field,
      problem: `the model has no class "${reference}"; give 0 to ${classes - 1} or one of: ${labels}`,
    },
  });
}

/** softmax of one row of logits; a single logit gives its sigmoid. */
export function probabilities(logits: ArrayLike<number>): Float64Array {
  if (logits.length === 1) return Float64Array.of(1 / (1 + Math.exp(-logits[0]!)));
  const top = Array.from(logits).reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Float64Array.from(logits, (z) => Math.exp(z - top));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}

export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (values[i]! > values[best]!) best = i;
  return best;
}
