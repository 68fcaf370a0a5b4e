import { AppError } from '@tessera/base';
import type { JobPayload, PredictedResult } from '@tessera/contracts';
import type { ExplainInstance, TokenSequence } from '@tessera/explain';
import type { Tokenizer } from '@tessera/serving';
import type { SaliencyContext } from './explain-context.ts';

/**
 * One instance per generated token of a decoder-only model: the prompt and what was generated before it, F
 * being the token's logit. `explain.target` names one step, counted from 0. Of several sequences for an input
 * the first is explained.
 */
export async function generatedSteps(
  payload: JobPayload<'generation'>,
  { prediction, tensors }: PredictedResult<'generation'>,
  { runtime }: SaliencyContext,
): Promise<readonly ExplainInstance[]> {
  if (runtime.description.isEncoderDecoder || !runtime.description.outputs.includes('logits'))
    throw new AppError('FEATURE_UNAVAILABLE', {
      detail: {
        field: 'explain',
        problem: 'generation can be explained for decoder-only models; this one has an encoder',
      },
    });
  const wanted = payload.explain?.target;
  const instances: ExplainInstance[] = [];
  for (const [input, length] of prediction.inputLengths.entries()) {
    const { data, shape } = tensors[`sequences.${input}`]!;
    const ids = Array.from(data.subarray(0, shape[1]), Number);
    for (let at = length; at < ids.length; at += 1) {
      const step = at - length;
      if (wanted !== undefined && wanted !== step) continue;
      const { sequence, text } = await sequenceOf(ids.slice(0, at), runtime.tokenizer);
      const prediction = { kind: 'next-token', id: ids[at]!, input, step } as const;
      instances.push({ texts: [text], windows: [sequence], prediction });
    }
  }
  if (instances.length > 0) return instances;
  throw new AppError('INPUT_INVALID', {
    detail: {
      field: 'explain.target',
      problem: 'there is no such step; leave target out to explain every generated token',
    },
  });
}

/**
 * Token ids as a sequence over their own decoded text: each token's stretch is what it adds to the text
 * before it.
 */
async function sequenceOf(
  ids: readonly number[],
  tokenizer: Tokenizer,
): Promise<{ readonly sequence: TokenSequence; readonly text: string }> {
  const specials = new Set(Object.values(tokenizer.specials).filter((id) => id !== null));
  const decode = (upTo: number): Promise<string> =>
    tokenizer.decode(ids.slice(0, upTo), { skipSpecialTokens: true });
  const texts = await Promise.all(Array.from({ length: ids.length + 1 }, (_, k) => decode(k)));
  const ends = texts.map((text) => [...text].length);
  return {
    text: texts.at(-1)!,
    sequence: {
      inputIds: ids,
      typeIds: ids.map(() => 0),
      tokens: ids.map((id) => tokenizer.idToToken(id) ?? String(id)),
      specialTokensMask: ids.map((id) => (specials.has(id) ? 1 : 0)),
      wordIds: ids.map((id) => (specials.has(id) ? null : 0)),
      sequenceIds: ids.map((id) => (specials.has(id) ? null : 0)),
      // A token that only completes a character adds nothing: it shares the character's place.
      offsets: ids.map((_, t) => [Math.min(ends[t]!, Math.max(0, ends[t + 1]! - 1)), ends[t + 1]!] as const),
    },
  };
}
