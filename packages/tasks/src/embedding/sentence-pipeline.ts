import type { SentenceStep, SentenceTransformerPipeline } from '@tessera/serving';
import { normalizeRows } from '../arithmetic/normalize.ts';
import { asFloat32, concatenate } from '../arithmetic/stack.ts';
import { activations } from './activations.ts';
import { type HiddenStates, pool } from './pool.ts';

type Step<K extends SentenceStep['kind']> = Extract<SentenceStep, { kind: K }>;

/**
 * Hidden states to the sentence vector: the steps of modules.json in their order. Tokens of a prompt, the
 * first `promptTokens`, are left out by poolings that say so.
 */
export function runPipeline(
  states: HiddenStates,
  { steps }: Pick<SentenceTransformerPipeline, 'steps'>,
  promptTokens = 0,
): Float32Array {
  let tokens = states;
  let sentence = new Float32Array();
  for (const step of steps) {
    if (step.kind === 'pooling') {
      const from = step.includePrompt ? 0 : promptTokens;
      sentence = new Float32Array(concatenate(step.modes.map((mode) => pool(tokens, mode, from))));
    } else if (step.kind === 'layer-norm') sentence = applyLayerNorm(sentence, step);
    else if (step.at === 'sentence') sentence = applyToRows(sentence, sentence.length, step);
    else {
      const values = applyToRows(tokens.values, tokens.size, step);
      tokens = { values, length: tokens.length, size: (values.length * tokens.size) / tokens.values.length };
    }
  }
  return sentence;
}

/** A step that treats vectors of `size` values alike, row by row. */
function applyToRows(
  values: Float32Array,
  size: number,
  step: Step<'dense' | 'normalize'>,
): Float32Array<ArrayBuffer> {
  if (step.kind === 'normalize') return new Float32Array(normalizeRows(values, size));
  const rows: Float32Array[] = [];
  for (let at = 0; at < values.length; at += size)
    rows.push(applyDense(values.subarray(at, at + size), step));
  return new Float32Array(concatenate(rows));
}

/** activation(W·x + b) + residual, W [out, in]. */
function applyDense(x: Float32Array, { weight, bias, activation, residual }: Step<'dense'>): Float32Array {
  const act = activations[activation];
  const b = bias === null ? null : asFloat32(bias);
  const out = multiply(weight, x).map((sum, o) => act(sum + (b?.[o] ?? 0)));
  if (residual === null) return Float32Array.from(out);
  const added = residual === 'input' ? x : multiply(residual, x);
  return Float32Array.from(out, (value, o) => value + added[o]!);
}

/** W·x, summed in double precision. */
function multiply(weight: Step<'dense'>['weight'], x: Float32Array): Float64Array {
  const [outSize, inSize] = weight.shape as [number, number];
  const w = asFloat32(weight);
  return Float64Array.from({ length: outSize }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < inSize; i++) sum += w[o * inSize + i]! * x[i]!;
    return sum;
  });
}

/** (x - mean) / √(variance + 1e-5)·w + b, as torch.nn.LayerNorm. */
function applyLayerNorm(x: Float32Array, step: Step<'layer-norm'>): Float32Array<ArrayBuffer> {
  const [w, b] = [asFloat32(step.weight), asFloat32(step.bias)];
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return Float32Array.from(x, (value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * w[i]! + b[i]!);
}
