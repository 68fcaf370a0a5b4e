import { type NamedTensors, type Tensor, tensor } from '@tessera/contracts';
import { stackVectors } from '../arithmetic/stack.ts';
import type { Search } from './decoding/search.ts';

/**
 * Tensors of all prompts in SQuARE's form (docs/square-wire.md#results): `sequences.i` [R, length] int64,
 * `sequences_scores.i` [R] of beams, and where they were kept `scores.i.step` [R or beams, V], after all
 * processors.
 */
export function generationTensors(searches: readonly Search[]): NamedTensors {
  const tensors: Record<string, Tensor> = {};
  searches.forEach((search, prompt) => {
    tensors[`sequences.${prompt}`] = sequencesOf(search);
    const scores = search.scores();
    if (scores)
      tensors[`sequences_scores.${prompt}`] = tensor('float32', [scores.length], Float32Array.from(scores));
  });
  searches.forEach((search, prompt) => {
    search.stepScores.forEach((rows, step) => {
      tensors[`scores.${prompt}.${step}`] = stackVectors(rows);
    });
  });
  return tensors;
}

function sequencesOf(search: Search): Tensor {
  const texts = search.hypotheses().map(({ ids }) => ids);
  const length = Math.max(...texts.map((ids) => ids.length));
  const data = BigInt64Array.from(
    texts.flatMap((ids) => Array.from({ length }, (_, at) => BigInt(ids[at] ?? search.fillId))),
  );
  return tensor('int64', [texts.length, length], data);
}
