import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom, silentLog, systemClock } from '@tessera/base';
import { float32, type Tensor } from '@tessera/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenRuntime, openRuntime } from './open-runtime.ts';
import type { GradientPlace, GradientRow, ModelRow, SeededOutput } from './runtime.ts';

const pathOf = (model: string): string => fileURLToPath(new URL(`../../../${model}`, import.meta.url));
let cacheFolder = '';
beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'tessera-gradient-'));
});
afterAll(() => rm(cacheFolder, { recursive: true }));

const open = (folder: string, batchSize = 32): Promise<OpenRuntime> =>
  openRuntime({
    identifier: 'm',
    folder: pathOf(folder),
    cacheFolder,
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize,
    clock: systemClock,
    log: silentLog,
  });

const rowsOf = async (runtime: OpenRuntime, texts: readonly string[]): Promise<readonly ModelRow[]> => {
  const encodings = await runtime.tokenizer.encodeAll(texts, {
    maxLength: runtime.tokenizer.maxLength,
    truncation: 'only-first',
    addSpecialTokens: true,
    stride: null,
  });
  return encodings.map(([encoding]) => ({ inputIds: encoding!.inputIds, typeIds: encoding!.typeIds }));
};
const floats = (tensor: Tensor): Float32Array => tensor.data as Float32Array;
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0);

/** The rows' own word embeddings, [T, H] each. */
const lookUp = async (runtime: OpenRuntime, { inputIds }: ModelRow): Promise<Float32Array> => {
  const { width, rows } = await runtime.embeddingTable();
  return Float32Array.from(inputIds.flatMap((id) => [...rows.subarray(id * width, (id + 1) * width)]));
};

/** Seeds drawn at random in the shapes of the row's outputs. */
const seedsFor = async (
  runtime: OpenRuntime,
  rows: readonly ModelRow[],
  of: readonly SeededOutput[],
): Promise<readonly GradientRow[]> => {
  const random = seededRandom(7);
  const { rows: outputs } = await runtime.forward({ rows, outputs: of });
  return rows.map((row, i) => ({
    ...row,
    seeds: Object.fromEntries(
      of.map((name) => {
        const { shape, data } = outputs[i]![name]!;
        return [
          name,
          float32(
            shape,
            Array.from(data as Float32Array, () => random.normal()),
          ),
        ];
      }),
    ),
  }));
};

const texts = ['A warm, funny film.', 'The price rose by 12.5 percent.', 'hello'];

describe.each<[string, SeededOutput[], GradientPlace]>([
  ['test/fixtures/models/bert-sequence-classification', ['logits'], 'word-embeddings'],
  ['test/fixtures/models/bert-sequence-classification', ['logits'], { hiddenState: 1 }],
  ['test/fixtures/models/roberta-question-answering', ['start_logits', 'end_logits'], 'word-embeddings'],
  ['test/fixtures/models/albert-token-classification', ['logits'], 'word-embeddings'],
  ['test/fixtures/models/mpnet-embedding', ['last_hidden_state'], 'word-embeddings'],
  ['test/fixtures/models/deberta-v2-token-classification', ['logits'], 'word-embeddings'],
  ['test/fixtures/models/modernbert-sequence-classification', ['logits'], 'word-embeddings'],
  ['test/fixtures/models/bert-multiple-choice', ['logits'], 'word-embeddings'],
  ['models/tessera/sentiment-en', ['logits'], 'word-embeddings'],
])('the gradient of %s, %j at %j', (folder, of, at) => {
  test('agrees with a difference quotient, in a padded batch as alone', async () => {
    const runtime = await open(folder);
    const rows = await seedsFor(runtime, await rowsOf(runtime, texts), of);
    const { rows: answers } = await runtime.gradient({ rows, of, at });
    const { rows: forward } = await runtime.forward({ rows, outputs: of });
    for (const [i, row] of rows.entries()) {
      const { outputs, gradient } = answers[i]!;
      for (const name of of)
        expect(distance(floats(outputs[name]!), floats(forward[i]![name]!))).toBeLessThan(1e-4);
      expect(gradient.shape[0]).toBe(row.inputIds.length);
      const alone = await runtime.gradient({ rows: [row], of, at });
      const scale = Math.max(...floats(gradient).map(Math.abs));
      expect(distance(floats(alone.rows[0]!.gradient), floats(gradient)) / scale).toBeLessThan(1e-4);

      const base =
        at === 'word-embeddings'
          ? await lookUp(runtime, row)
          : floats(
              (await runtime.forward({ rows: [row], outputs: ['hidden_states'] })).rows[0]![
                `hidden_states.${at.hiddenState}`
              ]!,
            );
      const random = seededRandom(i);
      const direction = floats(gradient).map((g) => g / scale + 0.1 * random.normal());
      // Small beside the values themselves: word embeddings may be followed by a LayerNorm.
      const step = 1e-2 * Math.sqrt(dot(base, base) / dot(direction, direction));
      const valueAt = async (sign: number): Promise<number> => {
        const values = base.map((x, k) => x + sign * step * direction[k]!);
        const moved = await runtime.gradient({ rows: [{ ...row, values }], of, at });
        return of.reduce(
          (sum, name) => sum + dot(floats(moved.rows[0]!.outputs[name]!), floats(row.seeds[name]!)),
          0,
        );
      };
      const quotient = ((await valueAt(1)) - (await valueAt(-1))) / (2 * step);
      const slope = dot(floats(gradient), direction);
      expect(Math.abs(quotient - slope) / Math.abs(slope)).toBeLessThan(2e-2);
    }
    await runtime.close();
  });
});

test('a row that is fed its own word embeddings gives its own outputs', async () => {
  const runtime = await open('models/tessera/sentiment-en');
  const rows = await rowsOf(runtime, texts);
  const fed = await Promise.all(rows.map(async (row) => ({ ...row, values: await lookUp(runtime, row) })));
  const [plain, steered] = await Promise.all(
    [rows, fed].map((some) => runtime.forward({ rows: some, outputs: ['logits'] })),
  );
  plain!.rows.forEach((row, i) => {
    expect(distance(floats(row['logits']!), floats(steered!.rows[i]!['logits']!))).toBeLessThan(1e-5);
  });
  await runtime.close();
});

test('attention weights are distributions, and moving one moves the output by its gradient', async () => {
  const runtime = await open('test/fixtures/models/bert-sequence-classification');
  const rows = await seedsFor(runtime, await rowsOf(runtime, texts), ['logits']);
  const { rows: answers } = await runtime.gradient({
    rows,
    of: ['logits'],
    at: 'word-embeddings',
    attentionLayers: [0, -1],
  });
  const { rows: forward } = await runtime.forward({ rows, outputs: ['attentions'] });
  answers.forEach(({ attentions }, i) => {
    const length = rows[i]!.inputIds.length;
    expect(attentions).toHaveLength(2);
    [0, 1].forEach((layer, k) => {
      const { weights, gradients } = attentions[k]!;
      expect(weights.shape).toEqual([4, length, length]);
      expect(gradients.shape).toEqual(weights.shape);
      expect(distance(floats(weights), floats(forward[i]![`attentions.${layer}`]!))).toBeLessThan(1e-5);
      expect(floats(gradients).some((g) => g !== 0)).toBe(true);
      for (let row = 0; row < 4 * length; row++) {
        const sum = floats(weights)
          .subarray(row * length, (row + 1) * length)
          .reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(1, 4);
      }
    });
  });
  await runtime.close();
});

test('the request that needs a gradient graph first is told how long it took to build, and the next that it took none', async () => {
  const runtime = await open('test/fixtures/models/bert-sequence-classification');
  const [row] = await rowsOf(runtime, ['hello']);
  const request = {
    rows: [{ ...row!, seeds: { logits: float32([3], [1, 0, 0]) } }],
    of: ['logits'],
    at: 'word-embeddings',
  } as const;
  const builtIn = async (): Promise<number> => {
    const { prepared } = (await runtime.gradient(request)).timings;
    return prepared!.toMs - prepared!.fromMs;
  };
  const [first, second] = [await builtIn(), await builtIn()];
  expect(first).toBeGreaterThan(10);
  expect(second).toBeLessThan(first / 10);
  await runtime.close();
});

test('more rows than a gradient run holds are run in several', async () => {
  const runtime = await open('test/fixtures/models/bert-sequence-classification');
  const [row] = await rowsOf(runtime, ['hello']);
  const rows = Array.from({ length: 25 }, (_, i) => ({
    ...row!,
    seeds: { logits: float32([3], [i, 0, 0]) },
  }));
  const { rows: answers, timings } = await runtime.gradient({ rows, of: ['logits'], at: 'word-embeddings' });
  expect(timings.batchRows).toBe(10);
  answers.forEach(({ gradient }, i) => {
    const expected = floats(answers[1]!.gradient).map((g) => g * i);
    expect(distance(floats(gradient), expected)).toBeLessThan(1e-4);
  });
  await runtime.close();
});

test('what a model has is known when it is open, and what it has not is refused by name', async () => {
  const runtime = await open('test/fixtures/models/roberta-question-answering');
  expect(runtime.capabilities).toEqual([
    'start-end-logits',
    'last-hidden-state',
    'attentions',
    'hidden-states',
    'token-gradients',
    'attention-gradients',
    'embedding-table',
  ]);
  const [row] = await rowsOf(runtime, ['hello']);
  const gradientOf = (of: SeededOutput[], more: object = {}) =>
    runtime.gradient({ rows: [{ ...row!, seeds: {} }], of, at: 'word-embeddings', ...more });
  await expect(gradientOf(['logits'])).rejects.toMatchObject({ code: 'OUTPUT_UNAVAILABLE' });
  await expect(gradientOf(['start_logits'], { attentionLayers: [9] })).rejects.toThrow(
    /attention of layer 9.*has 2/,
  );
  await runtime.close();
});

test('a second start takes the gradient graph from the disk', async () => {
  const folder = 'test/fixtures/models/electra-sequence-classification';
  const request = async (runtime: OpenRuntime) => {
    const [row] = await rowsOf(runtime, ['hello']);
    const seeds = { logits: float32([3], [1, 0, 0]) };
    return runtime.gradient({ rows: [{ ...row!, seeds }], of: ['logits'], at: 'word-embeddings' });
  };
  const first = await open(folder);
  const expected = await request(first);
  await first.close();
  const second = await open(folder);
  expect((await request(second)).rows).toEqual(expected.rows);
  await second.close();
});
