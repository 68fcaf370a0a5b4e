import type { SentenceTransformerPipeline } from '@tessera/serving';
import { normalizeRows } from '../arithmetic/normalize.ts';
import { asFloat32, concatenate } from '../arithmetic/stack.ts';
import { type HiddenStates, type Pooling, pool } from './pool.ts';

type Dense = SentenceTransformerPipeline['dense'][number];

/** The poolings of a sentence-transformers folder, in the order in which that library joins their vectors. */
export function poolingsOf(flags: SentenceTransformerPipeline['pooling']): Pooling[] {
  const poolings: Pooling[] = [];
  if (flags.cls) poolings.push('cls');
  if (flags.max) poolings.push('max');
  if (flags.mean) poolings.push('mean');
  if (flags.meanSqrtLen) poolings.push('mean-sqrt-len');
  if (flags.lastToken) poolings.push('last-token');
  return poolings;
}

/** Hidden states to the sentence vector: pool, join, dense layers, normalize. */
export function runPipeline(states: HiddenStates, pipeline: SentenceTransformerPipeline): Float32Array {
  let vector = concatenate(poolingsOf(pipeline.pooling).map((pooling) => pool(states, pooling)));
  for (const layer of pipeline.dense) vector = applyDense(vector, layer);
  return pipeline.normalize ? normalizeRows(vector, vector.length) : vector;
}

/** activation(W·x + b), W [out, in]. */
function applyDense(x: Float32Array, { weight, bias, activation }: Dense): Float32Array {
  const [outSize, inSize] = weight.shape as [number, number];
  const w = asFloat32(weight);
  const b = bias === null ? null : asFloat32(bias);
  const out = new Float32Array(outSize);
  for (let o = 0; o < outSize; o++) {
    let sum = b?.[o] ?? 0;
    for (let i = 0; i < inSize; i++) sum += w[o * inSize + i]! * x[i]!;
    out[o] = activation === 'tanh' ? Math.tanh(sum) : sum;
  }
  return out;
}
