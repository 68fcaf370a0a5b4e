import { float32, type NamedTensors } from '@tessera/contracts';
import type { CurvedTarget, SeededOutput } from './context.ts';

/**
 * How a row's hidden states [T, H] become one vector [H]; the row has no padding. `pooler` and `sentence` are
 * outputs themselves.
 */
export type PoolingMode = 'mean' | 'max' | 'cls' | 'pooler' | 'last' | 'sentence';

/** Where the vector comes from. */
export function pooledOutput(mode: PoolingMode): SeededOutput {
  if (mode === 'sentence') return 'sentence_embedding';
  return mode === 'pooler' ? 'pooler_output' : 'last_hidden_state';
}

/** The vector [H] of one row. */
export function pool(mode: PoolingMode, outputs: NamedTensors): Float64Array {
  const { data, tokens, width } = hidden(mode, outputs);
  return Float64Array.from({ length: width }, (_, h) => {
    if (isVector(mode) || mode === 'cls') return data[h]!;
    if (mode === 'last') return data[(tokens - 1) * width + h]!;
    const column = Array.from({ length: tokens }, (_, t) => data[t * width + h]!);
    return mode === 'max' ? Math.max(...column) : column.reduce((a, b) => a + b, 0) / tokens;
  });
}

/**
 * F = cos(pool(h), r) for a fixed r [H]. With p = pool(h): dF/dp = (r/|r| − F · p/|p|) / |p|, carried back
 * through the pooling.
 */
export function similarityTo(reference: ArrayLike<number>, mode: PoolingMode): CurvedTarget {
  const unit = normalized(Float64Array.from(reference));
  return {
    kind: 'curved',
    outputs: [pooledOutput(mode)],
    evaluate(outputs) {
      const pooled = pool(mode, outputs);
      const length = Math.max(norm(pooled), 1e-12);
      const f = pooled.reduce((sum, value, h) => sum + (value / length) * unit[h]!, 0);
      const slope = pooled.map((value, h) => (unit[h]! - (f * value) / length) / length);
      return { f, seeds: { [pooledOutput(mode)]: pullBack(mode, outputs, slope) } };
    },
  };
}

function pullBack(mode: PoolingMode, outputs: NamedTensors, slope: Float64Array) {
  const { data, tokens, width, shape } = hidden(mode, outputs);
  const seed = new Float32Array(data.length);
  slope.forEach((value, h) => {
    if (isVector(mode) || mode === 'cls') seed[h] = value;
    else if (mode === 'last') seed[(tokens - 1) * width + h] = value;
    else if (mode === 'mean') for (let t = 0; t < tokens; t += 1) seed[t * width + h] = value / tokens;
    else {
      let largest = 0;
      for (let t = 1; t < tokens; t += 1) if (data[t * width + h]! > data[largest * width + h]!) largest = t;
      seed[largest * width + h] = value;
    }
  });
  return float32(shape, seed);
}

function isVector(mode: PoolingMode): boolean {
  return mode === 'pooler' || mode === 'sentence';
}

function hidden(mode: PoolingMode, outputs: NamedTensors) {
  const output = outputs[pooledOutput(mode)];
  if (!output) throw new Error(`the row has no output "${pooledOutput(mode)}"`);
  const width = output.shape.at(-1)!;
  const data = output.data as Float32Array;
  return { data, width, tokens: data.length / width, shape: output.shape };
}

function normalized(vector: Float64Array): Float64Array {
  const length = Math.max(norm(vector), 1e-12);
  return vector.map((value) => value / length);
}

function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
