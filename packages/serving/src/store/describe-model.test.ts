import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeModel } from './describe-model.ts';
import { chooseOnnx } from './find-onnx.ts';

const pathOf = (model: string): string => fileURLToPath(new URL(`../../../../${model}`, import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-describe-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the tasks of a model follow from its head', () => {
  test.each([
    ['models/tessera/sentiment-en', ['sequence-classification', 'embedding']],
    ['models/tessera/ner-en', ['token-classification', 'embedding']],
    ['models/tessera/qa-en', ['question-answering', 'embedding']],
    ['models/tessera/all-minilm-l6-v2', ['embedding']],
    ['models/tessera/captions-en', ['generation']],
    ['models/tessera/normalize-en', ['generation']],
    ['test/fixtures/models/bert-multiple-choice', ['sequence-classification', 'embedding']],
    ['test/fixtures/models/roberta-embedding', ['embedding']],
  ])('%s: %j', async (model, tasks) => {
    expect((await describeModel(pathOf(model), 'm')).tasks).toEqual(tasks);
  });
});

test('config.json says what a model is', async () => {
  const { description } = await describeModel(
    pathOf('test/fixtures/models/deberta-v2-sequence-classification'),
    'm',
  );
  expect(description).toMatchObject({
    identifier: 'm',
    architecture: 'deberta-v2',
    modelClass: 'DebertaV2ForSequenceClassification',
    id2label: { 0: 'negative', 1: 'neutral', 2: 'positive' },
    hiddenSize: 32,
    layers: 2,
    maxPositions: 64,
    sentenceTransformer: null,
    isEncoderDecoder: false,
  });
  expect((await describeModel(pathOf('models/tessera/normalize-en'), 'm')).description.isEncoderDecoder).toBe(
    true,
  );
});

describe('a sentence-transformers folder', () => {
  const dense = pathOf('test/fixtures/models/mpnet-sentence-dense');
  const changed = async (name: string, file: string, text: string | null): Promise<string> => {
    const copy = join(folder, name);
    await cp(dense, copy, { recursive: true });
    await (text === null ? rm(join(copy, file)) : writeFile(join(copy, file), text));
    return copy;
  };

  test('has its pooling pipeline', async () => {
    const { description } = await describeModel(dense, 'm');
    const { steps, ...pipeline } = description.sentenceTransformer!;
    expect(pipeline).toEqual({ maxSeqLength: 40, prompts: {}, defaultPrompt: null, dimensions: null });
    expect(steps).toMatchObject([
      { kind: 'pooling', modes: ['max', 'mean'], includePrompt: true },
      {
        kind: 'dense',
        at: 'sentence',
        activation: 'tanh',
        weight: { shape: [24, 64] },
        bias: { shape: [24] },
      },
      { kind: 'normalize', at: 'sentence' },
    ]);
  });

  test.each([
    [
      'an unknown module',
      'modules.json',
      '[{"path":"1_X","type":"sentence_transformers.models.LSTM"}]',
      /LSTM/,
    ],
    [
      'a path out of the folder',
      'modules.json',
      '[{"path":"../x","type":"a.Pooling"}]',
      /outside the folder/,
    ],
    ['no pooling', 'modules.json', '[]', /no Pooling/],
    ['a list that is none', 'modules.json', '{}', /not a list of modules/],
    [
      'an unknown activation',
      '2_Dense/config.json',
      '{"activation_function":"torch.nn.RReLU"}',
      /RReLU.*known/,
    ],
    ['an activation of its own', '2_Dense/config.json', '{"activation_function":"my.Tanh"}', /my\.Tanh/],
    ['weights that are no safetensors', '2_Dense/model.safetensors', 'nothing', /cannot be read/],
    ['no weights', '2_Dense/model.safetensors', null, /no model.safetensors/],
    ['no pooling mode', '1_Pooling/config.json', '{}', /no pooling mode/],
    ['an unknown pooling', '1_Pooling/config.json', '{"pooling_mode":"median"}', /median.*known are cls/],
    [
      'a layer that does not fit',
      '1_Pooling/config.json',
      '{"embedding_dimension":32,"pooling_mode":"mean"}',
      /Dense module for 64 values where 32 come/,
    ],
    [
      'code of its own',
      'modules.json',
      '[{"path":"","type":"custom_st.Transformer"},{"path":"1_X","type":"custom_st.Pooling"}]',
      /custom_st\.Pooling, which is code of its own/,
    ],
  ])('with %s is refused by name', async (name, file, text, message) => {
    const failure = describeModel(await changed(name, file, text), 'm');
    await expect(failure).rejects.toMatchObject({
      code: 'MODEL_LOAD_FAILED',
      message: expect.stringMatching(message),
    });
  });
});

describe('a config.json without architectures', () => {
  test.each([
    ['bert-sequence-classification', ['sequence-classification', 'embedding'], 3],
    ['bert-token-classification', ['token-classification', 'embedding'], null],
    ['bert-question-answering', ['question-answering', 'embedding'], null],
    ['bert-embedding', ['embedding'], 0],
    ['bert-fill-mask', ['embedding'], 0],
  ])('of %s leaves it to the outputs of the file', async (model, tasks, labels) => {
    const copy = join(folder, `bare-${model}`);
    const source = pathOf(`test/fixtures/models/${model}`);
    await cp(source, copy, { recursive: true });
    const config = JSON.parse(await readFile(join(source, 'config.json'), 'utf8'));
    const bare = { model_type: config.model_type, vocab_size: config.vocab_size };
    await writeFile(join(copy, 'config.json'), JSON.stringify(bare));
    const described = await describeModel(copy, 'm');
    expect(described.tasks).toEqual(tasks);
    if (labels !== null) expect(Object.keys(described.description.id2label)).toHaveLength(labels);
  });
});

test('what is asked for and not done is a warning', async () => {
  const copy = join(folder, 'warned');
  await cp(pathOf('test/fixtures/models/bert-sentence'), copy, { recursive: true });
  const settings = { prompts: { query: 'q: ' }, default_prompt_name: 'absent' };
  await writeFile(join(copy, 'config_sentence_transformers.json'), JSON.stringify(settings));
  const { warnings, description } = await describeModel(copy, 'm');
  expect(warnings).toEqual([expect.stringMatching(/default prompt "absent" and no such prompt/)]);
  expect(description.sentenceTransformer).toMatchObject({ prompts: { query: 'q: ' }, defaultPrompt: null });
});

test('a cross-encoder is no sentence transformer, and its own activation is warned of', async () => {
  const copy = join(folder, 'cross');
  await cp(pathOf('test/fixtures/models/bert-regression'), copy, { recursive: true });
  const config = JSON.parse(await readFile(join(copy, 'config.json'), 'utf8'));
  const asked = {
    ...config,
    sentence_transformers: { activation_fn: 'torch.nn.modules.activation.Sigmoid' },
  };
  await writeFile(join(copy, 'config.json'), JSON.stringify(asked));
  await writeFile(
    join(copy, 'modules.json'),
    '[{"path":"","type":"sentence_transformers.base.modules.transformer.Transformer"}]',
  );
  await writeFile(join(copy, 'config_sentence_transformers.json'), '{"model_type":"CrossEncoder"}');
  const { tasks, warnings } = await describeModel(copy, 'm');
  expect(tasks[0]).toBe('sequence-classification');
  expect(warnings).toEqual([expect.stringMatching(/Sigmoid/)]);
});

test('labels are counted where config.json does not name them', async () => {
  const copy = join(folder, 'unnamed');
  await mkdir(join(copy, 'onnx'), { recursive: true });
  await writeFile(join(copy, 'config.json'), '{"model_type":"bert","num_labels":2}');
  await writeFile(join(copy, 'onnx/model.onnx'), '');
  expect((await describeModel(copy, 'm')).description.id2label).toEqual({ 0: 'LABEL_0', 1: 'LABEL_1' });
});

describe('of several ONNX files', () => {
  test.each([
    ['the full one', ['onnx/model_quantized.onnx', 'onnx/model.onnx', 'model.onnx'], 'onnx/model.onnx'],
    ['one at the top', ['model.onnx', 'onnx/model_int8.onnx'], 'model.onnx'],
    ['a quantised one, when there is no other', ['onnx/model_quantized.onnx'], 'onnx/model_quantized.onnx'],
  ])('%s is taken', async (_, files, model) => {
    expect(await chooseOnnx(files, 'm')).toEqual({ kind: 'single', model });
  });

  test('an encoder and its merged decoder are taken together', async () => {
    const files = ['encoder_model.onnx', 'decoder_model.onnx', 'decoder_model_merged.onnx'].map(
      (f) => `onnx/${f}`,
    );
    expect(await chooseOnnx(files, 'm')).toEqual({
      kind: 'encoder-decoder',
      encoder: 'onnx/encoder_model.onnx',
      decoder: 'onnx/decoder_model_merged.onnx',
    });
  });

  test('none is an error that names the layout', async () => {
    await expect(chooseOnnx([], 'm')).rejects.toThrow(/onnx\/model.onnx/);
  });
});
