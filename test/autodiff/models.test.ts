import { embeddingTable, exposeOutputs, gradient } from '@tessera/autodiff';
import { AppError } from '@tessera/base';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  feedsFor,
  loadFixture,
  makeTensor,
  narrowed,
  openSession,
  readJson,
  relativeError,
  type WrittenTensor,
  widened,
} from './fixtures.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly golden: string;
  readonly of: readonly string[];
  readonly tolerance?: number;
  readonly unsupported?: boolean;
}

/**
 * A cotangent: a whole tensor, or the places of its ones where the output is a distribution over the
 * vocabulary.
 */
type WrittenSeed = WrittenTensor | { readonly ones: readonly (readonly number[])[] };

interface Golden {
  readonly tolerance: number;
  readonly inputs: Readonly<Record<string, WrittenTensor>>;
  readonly outputs: Readonly<Record<string, WrittenTensor>>;
  readonly values: Readonly<Record<string, WrittenTensor>>;
  readonly targets: Readonly<
    Record<
      string,
      { seeds: Readonly<Record<string, WrittenSeed>>; gradients: Readonly<Record<string, WrittenTensor>> }
    >
  >;
}

const { cases } = readJson<{ cases: readonly Case[] }>('test/golden/autodiff/index.json');
const differentiable = cases.filter((entry) => !entry.unsupported && entry.of?.length > 0);

describe('gradients of whole models equal torch.autograd', () => {
  it.each(differentiable.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const golden = readJson<Golden>(`test/golden/autodiff/${entry.golden}`);
    const tolerance = entry.tolerance ?? golden.tolerance;
    const model = loadFixture(entry.file);
    const wanted = wantedTensors(model, golden);
    const made = await gradient(model, { of: entry.of, wrt: Object.values(wanted) });
    const session = await openSession(made.model);
    const halves = new Set(
      session.inputMetadata.flatMap((input) =>
        input.isTensor && input.type === 'float16' ? [input.name] : [],
      ),
    );
    const inputs = feedsFor(session, golden.inputs);
    const makeSeed = (seed: WrittenSeed | undefined, output: string) => {
      if (!seed) return zeros((golden.outputs[output] as WrittenTensor).shape);
      if ('data' in seed) return makeTensor(seed);
      const [batch = 0, tokens = 0] = golden.inputs.input_ids?.shape ?? [];
      return onesAt(seed.ones, [batch, tokens, embeddingTable(model).vocabulary]);
    };
    for (const { seeds, gradients } of Object.values(golden.targets)) {
      const feeds: Record<string, Tensor> = { ...inputs };
      for (const output of entry.of) {
        const seed = makeSeed(seeds[output], output);
        const name = made.seeds[output] as string;
        feeds[name] = halves.has(name) ? narrowed(seed) : seed;
      }
      const results = await session.run(feeds);
      for (const [name, value] of Object.entries(wanted)) {
        const reference = gradients[name];
        if (!reference) continue;
        const actual = widened(results[made.gradients[value] as string]);
        expect(relativeError(actual, makeTensor(reference)), `d/d ${name}`).toBeLessThanOrEqual(tolerance);
      }
    }
    await session.release();
  });
});

describe('models that cannot be differentiated say which operators stand in the way', () => {
  it.each(cases.filter((entry) => entry.unsupported).map((entry) => [entry.name, entry] as const))(
    '%s',
    async (_, entry) => {
      const failure = await gradient(loadFixture(entry.file), { of: entry.of, wrt: ['embeddings'] }).catch(
        (thrown) => thrown,
      );
      expect(failure).toBeInstanceOf(AppError);
      expect(['GRADIENT_UNSUPPORTED', 'OUTPUT_UNAVAILABLE']).toContain(failure.code);
    },
  );
});

/** The values the golden has gradients for, by the tensor that holds them in the graph. */
function wantedTensors(model: Parameters<typeof gradient>[0], { targets }: Golden): Record<string, string> {
  const asked = new Set(Object.values(targets).flatMap((target) => Object.keys(target.gradients)));
  const wanted: Record<string, string> = { embeddings: 'embeddings' };
  if (asked.has('attention.last'))
    wanted['attention.last'] = exposeOutputs(model, { attentions: true }).attentions.at(-1) as string;
  if (asked.has('hidden.1'))
    wanted['hidden.1'] = exposeOutputs(model, { hiddenStates: true }).hiddenStates[1] as string;
  return wanted;
}

function zeros(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return new Tensor('float32', new Float32Array(size), shape);
}

function onesAt(places: readonly (readonly number[])[], shape: readonly number[]): Tensor {
  const tensor = zeros(shape);
  for (const place of places) {
    const flat = place.reduce((index, coordinate, axis) => index * (shape[axis] as number) + coordinate, 0);
    (tensor.data as Float32Array)[flat] = 1;
  }
  return tensor;
}
