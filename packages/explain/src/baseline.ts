import { AppError } from '@tessera/base';
import type { ExplainContext, ModelInput } from './context.ts';

export type BaselineName = 'pad' | 'mask' | 'zero';

/** What "nothing" looks like: a token's id, or null for a vector of zeros. */
export interface Baseline {
  readonly name: BaselineName | 'unk';
  readonly id: number | null;
}

/**
 * The baseline asked for, or by default the first of pad, mask and unknown token that the model has, else
 * zeros.
 */
export function chooseBaseline(context: ExplainContext, name: BaselineName | undefined): Baseline {
  const { padId, maskId, unkId, identifier } = context.model;
  if (name === 'zero') return { name, id: null };
  if (name !== undefined) {
    const id = name === 'pad' ? padId : maskId;
    if (id !== null) return { name, id };
    throw new AppError('OUTPUT_UNAVAILABLE', {
      detail: {
        field: 'explain.baseline',
        output: `${name} token`,
        hint: `Model "${identifier}" can use "zero".`,
      },
    });
  }
  if (padId !== null) return { name: 'pad', id: padId };
  if (maskId !== null) return { name: 'mask', id: maskId };
  return unkId === null ? { name: 'zero', id: null } : { name: 'unk', id: unkId };
}

/** The input's word embeddings [T, H] and the same with the baseline in place of every ordinary token. */
export async function embeddingsAndBaseline(
  context: ExplainContext,
  { input, special, baseline }: { input: ModelInput; special: readonly boolean[]; baseline: Baseline },
): Promise<{ readonly x: Float32Array; readonly base: Float32Array }> {
  const x = await context.embeddings(input.inputIds);
  const nothing = await baselineVector(context, baseline);
  const base = x.slice();
  special.forEach((isSpecial, t) => {
    if (!isSpecial) base.set(nothing, t * nothing.length);
  });
  return { x, base };
}

/** [H] */
export async function baselineVector(context: ExplainContext, baseline: Baseline): Promise<Float32Array> {
  return baseline.id === null
    ? new Float32Array(context.model.hiddenSize)
    : context.embeddings([baseline.id]);
}
