import { float32, type NamedTensors, type Tensor } from '@tessera/contracts';
import type { LinearTarget, OutputTerm, ScalarTarget, SeededOutput } from './context.ts';

/** Names of the outputs a target reads. */
export function outputsOf(target: ScalarTarget): readonly SeededOutput[] {
  return target.kind === 'curved' ? target.outputs : [...new Set(target.terms.map((t) => t.output))];
}

/** F of one row from the row's outputs (no batch axis). Throws when an output or index is missing. */
export function scalarOf(target: ScalarTarget, outputs: NamedTensors): number {
  if (target.kind === 'curved') return target.evaluate(outputs).f;
  let f = 0;
  for (const term of target.terms) {
    const output = outputNamed(outputs, term.output);
    f += term.weight * Number(output.data[flatIndex(term, output.shape)]);
  }
  return f;
}

/**
 * dF/d(output) of one row, each seed in the shape of its output without batch axis. A linear target reads
 * only the shapes of `outputs`, so the integrator may pass tensors of zeros before anything has run.
 */
export function seedsOf(target: ScalarTarget, outputs: NamedTensors): NamedTensors {
  if (target.kind === 'curved') return target.evaluate(outputs).seeds;
  const seeds: Record<string, Tensor> = {};
  for (const name of outputsOf(target)) seeds[name] = float32(outputNamed(outputs, name).shape);
  for (const term of target.terms) {
    const seed = seeds[term.output]!;
    (seed.data as Float32Array)[flatIndex(term, seed.shape)]! += term.weight;
  }
  return seeds;
}

/** The difference of two linear targets: why `target` rather than `other`. */
export function minus(target: LinearTarget, other: LinearTarget): LinearTarget {
  return {
    kind: 'linear',
    terms: [...target.terms, ...other.terms.map((t) => ({ ...t, weight: -t.weight }))],
  };
}

export function linear(...terms: readonly OutputTerm[]): LinearTarget {
  return { kind: 'linear', terms };
}

/** logits[class], of a row with one label, or logits[token, class]. */
export function logitOf(index: readonly number[]): LinearTarget {
  return linear({ output: 'logits', index, weight: 1 });
}

function outputNamed(outputs: NamedTensors, name: string): Tensor {
  const output = outputs[name];
  if (!output) throw new Error(`the row has no output "${name}", only ${Object.keys(outputs).join(', ')}`);
  return output;
}

function flatIndex(term: OutputTerm, shape: readonly number[]): number {
  if (term.index.length !== shape.length)
    throw new Error(`index [${term.index}] does not fit ${term.output} of shape [${shape}]`);
  return term.index.reduce((flat, position, axis) => {
    const size = shape[axis]!;
    const at = position < 0 ? position + size : position;
    if (at < 0 || at >= size) throw new Error(`index [${term.index}] is outside ${term.output} [${shape}]`);
    return flat * size + at;
  }, 0);
}
