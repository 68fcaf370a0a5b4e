import type { NamedTensors, Tensor } from '@tessera/contracts';
import type { InnerStep } from '@tessera/serving';
import { stack } from '../arithmetic/stack.ts';
import type { Search } from './decoding/search.ts';

/** Attention weights of one prompt's texts, kept step by step. */
export interface AttentionLog {
  /** A search's `advance` that writes down what the rows looked at. */
  readonly advance: (
    logits: readonly Float32Array[],
    inner: InnerStep | null,
  ) => ReturnType<Search['advance']>;
  /**
   * `attentions.prompt.step.layer` [rows, heads, ids, positions] of a decoder-only model; of an
   * encoder-decoder `decoder_attentions` and `cross_attentions` likewise, and
   * `encoder_attentions.prompt.layer` [1, heads, T, T].
   */
  tensors(prompt: number): NamedTensors;
}

export function logAttentions(search: Search): AttentionLog {
  const steps: InnerStep[] = [];
  return {
    advance(logits, inner) {
      if (inner) steps.push(inner);
      return search.advance(logits);
    },
    tensors(prompt) {
      const tensors: Record<string, Tensor> = {};
      const encoder = steps[0]?.encoderAttentions ?? null;
      const own = encoder ? 'decoder_attentions' : 'attentions';
      encoder?.forEach((weights, layer) => {
        tensors[`encoder_attentions.${prompt}.${layer}`] = stack([weights]);
      });
      steps.forEach(({ rows }, step) => {
        // The prompt is read once for all rows of the search, which begin alike.
        const all = step === 0 ? Array.from({ length: search.width }, () => rows[0]!) : rows;
        rows[0]!.attentions.forEach((_, layer) => {
          tensors[`${own}.${prompt}.${step}.${layer}`] = stack(all.map((row) => row.attentions[layer]!));
        });
        rows[0]!.crossAttentions.forEach((_, layer) => {
          tensors[`cross_attentions.${prompt}.${step}.${layer}`] = stack(
            all.map((row) => row.crossAttentions[layer]!),
          );
        });
      });
      return tensors;
    },
  };
}
