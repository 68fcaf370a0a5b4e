import { readFileSync } from 'node:fs';
import { loadModel, type Model, quantise } from '@tessera/autodiff';
import { Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { openSession, pathOf } from './fixtures.ts';

/** Five hundred sentences of common words: what, is or was how, and an afterthought. */
function sentences(): string[][] {
  const subjects = [
    'the film',
    'this story',
    'the acting',
    'her performance',
    'the music',
    'every scene',
    'the plot',
    'his voice',
    'the ending',
    'the book',
  ];
  const verbs = ['is', 'was', 'feels', 'looks', 'seems'];
  const words = [
    'wonderful',
    'terrible',
    'beautiful',
    'boring',
    'brilliant',
    'awful',
    'funny',
    'dull',
    'moving',
    'stupid',
  ];
  const made = subjects.flatMap((subject) =>
    verbs.flatMap((verb) => words.map((word) => `${subject} ${verb} ${word}`)),
  );
  const ends = [
    '',
    ' and i loved it',
    ' but nobody cares',
    ' from the first minute to the last',
    ' in spite of the bad jokes',
  ];
  return made.map((text, index) => `${text}${ends[index % ends.length]}`.split(' '));
}

/** Token ids of whole words; [CLS] and [SEP] around them, padded to the longest. */
function encode(folder: string, texts: readonly (readonly string[])[]) {
  const { model } = JSON.parse(readFileSync(pathOf(`${folder}/tokenizer.json`), 'utf8'));
  const id = (word: string): number => model.vocab[word] ?? model.vocab['[UNK]'];
  const rows = texts.map((words) => [id('[CLS]'), ...words.map(id), id('[SEP]')]);
  const length = Math.max(...rows.map((row) => row.length));
  const flat = (pick: (row: readonly number[], place: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from(
        rows.flatMap((row) => Array.from({ length }, (_, place) => BigInt(pick(row, place)))),
      ),
      [rows.length, length],
    );
  return {
    input_ids: flat((row, place) => row[place] ?? 0),
    attention_mask: flat((row, place) => (place < row.length ? 1 : 0)),
    token_type_ids: flat(() => 0),
    lengths: rows.map((row) => row.length),
  };
}

async function outputs(model: Model, folder: string, output: string) {
  const session = await openSession(model);
  const results: { rows: Float32Array[]; ms: number } = { rows: [], ms: 0 };
  const all = sentences();
  for (let from = 0; from < all.length; from += 50) {
    const { lengths, ...feeds } = encode(folder, all.slice(from, from + 50));
    const startMs = performance.now();
    const tensor = (await session.run(feeds))[output] as Tensor;
    results.ms += performance.now() - startMs;
    const data = tensor.data as Float32Array;
    const size = data.length / lengths.length;
    lengths.forEach((length, row) => {
      const own = data.subarray(row * size, (row + 1) * size);
      results.rows.push(tensor.dims.length === 3 ? mean(own, length, tensor.dims[2] as number) : own.slice());
    });
  }
  await session.release();
  return results;
}

/** Mean over the tokens that are no padding. */
function mean(values: Float32Array, tokens: number, width: number): Float32Array {
  const sum = new Float32Array(width);
  for (let index = 0; index < tokens * width; index++)
    sum[index % width] = (sum[index % width] as number) + (values[index] as number);
  return sum;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, index) => {
    const other = b[index] as number;
    ab += value * other;
    aa += value * value;
    bb += other * other;
  });
  return ab / Math.sqrt(aa * bb);
}

const largest = (row: Float32Array) => row.indexOf(Math.max(...row));

it('int8 products keep the labels of the sentiment model on at least 99 of 100 texts', async () => {
  const folder = 'models/tessera/sentiment-en';
  const model = loadModel(pathOf(`${folder}/onnx/model.onnx`));
  const [exact, fast] = [
    await outputs(model, folder, 'logits'),
    await outputs(quantise(model), folder, 'logits'),
  ];
  const equal = exact.rows.filter(
    (row, index) => largest(row) === largest(fast.rows[index] as Float32Array),
  ).length;
  expect(exact.rows).toHaveLength(500);
  expect(equal / 500).toBeGreaterThanOrEqual(0.99);
  expect(new Set(exact.rows.map(largest)).size).toBe(2);
});

it('int8 products keep the direction of sentence embeddings: 0.9985 on average, 0.995 at worst', async () => {
  const folder = 'models/tessera/all-minilm-l6-v2';
  const model = loadModel(pathOf(`${folder}/onnx/model.onnx`));
  const [exact, fast] = [
    await outputs(model, folder, 'last_hidden_state'),
    await outputs(quantise(model), folder, 'last_hidden_state'),
  ];
  const cosines = exact.rows.map((row, index) => cosine(row, fast.rows[index] as Float32Array));
  expect(cosines).toHaveLength(500);
  expect(cosines.reduce((sum, value) => sum + value, 0) / cosines.length).toBeGreaterThanOrEqual(0.9985);
  expect(Math.min(...cosines)).toBeGreaterThanOrEqual(0.995);
});
