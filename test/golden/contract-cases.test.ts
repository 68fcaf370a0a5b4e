import { fileURLToPath } from 'node:url';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, systemClock } from '@tessera/base';
import { type JobPayload, jobPayload, type PredictedResult, type TaskName, type TaskResult, type TextInput } from '@tessera/contracts';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import { runTask } from '@tessera/tasks';
import { afterAll, describe, expect, it } from 'vitest';

/** Acceptance cases of docs/square-wire.md#acceptance-cases that need a model: 19, 22, 23, 31, 33, 39. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const fixtures = 'test/fixtures/models';
const architectures = [
  'bert',
  'distilbert',
  'roberta',
  'albert',
  'mpnet',
  'electra',
  'deberta-v2',
  'modernbert',
  'xlm-roberta',
];

let runtime: OpenRuntime | undefined;
const cacheFolder = mkdtemp(join(tmpdir(), 'tessera-cases-'));

async function open(folder: string): Promise<OpenRuntime> {
  await runtime?.close();
  runtime = await openRuntime({
    identifier: folder,
    folder: join(root, folder),
    cacheFolder: await cacheFolder,
    threads: 1,
    gpu: null,
    requireGpu: false,
    quantised: false,
    batchSize: 4,
    clock: systemClock,
    log: silentLog,
  });
  return runtime;
}
afterAll(() => runtime?.close());

function run<T extends TaskName>(
  task: T,
  input: TextInput[],
  more: Record<string, unknown> = {},
): Promise<PredictedResult<T>> {
  return runTask(jobPayload.parse({ task, input, ...more }) as JobPayload<T>, {
    runtime: runtime!,
    modelType: 'onnx',
    signal: new AbortController().signal,
    batchSize: 4,
    measure: () => undefined,
    monotonicMs: () => 0,
    reportProgress: () => undefined,
  });
}
const valuesOf = (result: TaskResult, name: string): number[] =>
  Array.from(result.tensors[name]!.data, Number);
const expectClose = (found: readonly number[], wanted: readonly number[], tolerance = 1e-5): void => {
  expect(found).toHaveLength(wanted.length);
  expect(Math.max(...found.map((x, at) => Math.abs(x - wanted[at]!)))).toBeLessThanOrEqual(tolerance);
};

describe('19: attentions and hidden states of files that do not export them', () => {
  it.each(architectures)('%s', async (architecture) => {
    const { description } = await open(`${fixtures}/${architecture}-sequence-classification`);
    const input = ['A short one.', 'A longer text, so that the first one has to be padded here.'];
    const result = await run('sequence-classification', input, {
      outputAttentions: true,
      outputHiddenStates: true,
    });
    const layers = description.layers;
    const names = Object.keys(result.tensors);
    expect(names.filter((name) => name.startsWith('attentions.'))).toHaveLength(layers);
    expect(names.filter((name) => name.startsWith('hidden_states.'))).toHaveLength(layers + 1);
    const [rows, heads, tokens] = result.tensors['attentions.0']!.shape as [number, number, number, number];
    expect(rows).toBe(2);
    expect(result.tensors['hidden_states.0']!.shape).toEqual([2, tokens, description.hiddenSize]);
    for (let layer = 0; layer < layers; layer++) {
      const weights = valuesOf(result, `attentions.${layer}`);
      // The first text's own positions; what a padding position looks at is nobody's business.
      for (let head = 0; head < heads; head++) {
        const row = weights.slice(head * tokens * tokens, head * tokens * tokens + tokens);
        expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 5);
      }
    }
  });
});

describe('22: a context that is too long', () => {
  it('gives the label of the context cut by hand, on either side of the question', async () => {
    const { tokenizer } = await open('models/tessera/nli-en');
    const context = 'The station is behind the church, next to the bakery. '.repeat(60);
    const question = 'Where is the station?';
    const specials = 3;
    const room = tokenizer.maxLength - specials - (await count(question));
    const [encoding] = await tokenizer.encode(context, plain);
    const byHand = Array.from(context)
      .slice(0, encoding!.offsets[room - 1]![1])
      .join('');
    for (const [long, short] of [
      [
        [context, question],
        [byHand, question],
      ],
      [
        [question, context],
        [question, byHand],
      ],
    ] as const) {
      const cut = await run('sequence-classification', [long as TextInput]);
      const own = await run('sequence-classification', [short as TextInput]);
      expectClose(valuesOf(cut, 'logits'), valuesOf(own, 'logits'));
      expect(cut.prediction.labels).toEqual(own.prediction.labels);
      expect(cut.warnings).toHaveLength(1);
      expect(own.warnings).toEqual([]);
    }
  });
});

it('23: more choices than a batch has rows are chosen from as in one batch', async () => {
  await open(`${fixtures}/bert-multiple-choice`);
  const choices = Array.from({ length: 11 }, (_, i): TextInput => ['Which is it?', `choice number ${i * i}`]);
  const many = await run('sequence-classification', choices);
  runtime!.setBatchSize(32);
  const one = await run('sequence-classification', choices);
  expect(many.tensors.logits!.shape).toEqual([1, 11]);
  expectClose(valuesOf(many, 'logits'), valuesOf(one, 'logits'));
  expect(many.prediction.labels).toEqual(one.prediction.labels);
});

describe('embedding', () => {
  it.each(['mean', 'max'] as const)('31: %s of a text does not hang on its company', async (mode) => {
    await open('models/tessera/all-minilm-l6-v2');
    const texts = [
      'Do aliens exist?',
      'Is there life on Mars, or was there ever any, and how would we know?',
      'no',
    ];
    const options = { mode };
    const together = valuesOf(await run('embedding', texts, { options }), 'embeddings');
    const reversed = valuesOf(await run('embedding', [...texts].reverse(), { options }), 'embeddings');
    const size = together.length / texts.length;
    for (const [at, text] of texts.entries()) {
      const alone = valuesOf(await run('embedding', [text], { options }), 'embeddings');
      expectClose(together.slice(at * size, (at + 1) * size), alone);
      expectClose(reversed.slice((2 - at) * size, (3 - at) * size), alone);
    }
  });

  it('33: one input, as the datastores send it, is a vector of the hidden size', async () => {
    const { description } = await open('models/tessera/all-minilm-l6-v2');
    const { tensors } = await run('embedding', ['Do aliens exist?']);
    expect(tensors.embeddings!.shape).toEqual([1, description.hiddenSize]);
  });
});

it('39: offsets of answers are code points', async () => {
  await open('models/tessera/qa-en');
  const context = '😀 👩‍👩‍👧‍👦 東京 Marie Curie was born in Warsaw 😀 in 1867.';
  const { prediction } = await run('question-answering', [['Where was Marie Curie born?', context]], {
    options: { topk: 5 },
  });
  for (const { start, end, answer } of prediction.answers[0]!)
    expect(Array.from(context).slice(start, end).join('')).toBe(answer);
});

const plain = { maxLength: 100_000, truncation: 'none', addSpecialTokens: false, stride: null } as const;
async function count(text: string): Promise<number> {
  const [encoding] = await runtime!.tokenizer.encode(text, plain);
  return encoding!.inputIds.length;
}
