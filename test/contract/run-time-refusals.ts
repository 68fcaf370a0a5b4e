/** A request that only a loaded model can refuse, as both dialects send it. */
export interface RunTimeRefusal {
  /** A folder of test/fixtures/models. */
  readonly model: string;
  readonly task: string;
  readonly input?: readonly unknown[];
  readonly square: Readonly<Record<string, unknown>>;
  readonly native: Readonly<Record<string, unknown>>;
  /** The path of the payload that is refused. */
  readonly field: string;
  /**
   * SQuARE's text, recorded before fields became paths of the payload; null where SQuARE cannot ask for it.
   */
  readonly text: string | null;
}

const classifier = { model: 'bert-sequence-classification', task: 'sequence-classification' } as const;
const choices = { model: 'bert-multiple-choice', task: 'sequence-classification' } as const;
const reader = {
  model: 'bert-question-answering',
  task: 'question-answering',
  input: [['Who sings?', 'Anna sings in the evening.']],
} as const;
const embedder = { model: 'bert-embedding', task: 'embedding' } as const;
const writer = { model: 'gpt2-generation', task: 'generation' } as const;

type Options = Readonly<Record<string, unknown>>;

const explain = (options: Options): Pick<RunTimeRefusal, 'square' | 'native'> => ({
  square: { explain_kwargs: options },
  native: { explain: options },
});
const attack = (options: Options): Pick<RunTimeRefusal, 'square' | 'native'> => ({
  square: { attack_kwargs: options },
  native: { attack: options },
});
const generate = (options: Options): Pick<RunTimeRefusal, 'square' | 'native'> => ({
  square: { task_kwargs: options },
  native: { options },
});

export const runTimeRefusals: readonly RunTimeRefusal[] = [
  {
    ...classifier,
    ...explain({ method: 'layer_integrated_grads', layer: 99 }),
    field: 'explain.layer',
    text: 'explain_kwargs.layer: the model has the hidden states 0 to 2, not 99',
  },
  {
    ...classifier,
    ...explain({ method: 'occlusion', target: 7 }),
    field: 'explain.target',
    text: 'explain_kwargs.target: the model has no class "7"; give 0 to 2 or one of: negative, neutral, positive',
  },
  {
    ...classifier,
    ...explain({ method: 'occlusion', contrast: 'nonsense' }),
    field: 'explain.contrast',
    text: 'explain_kwargs.contrast: the model has no class "nonsense"; give 0 to 2 or one of: negative, neutral, positive',
  },
  {
    ...classifier,
    ...explain({ method: 'occlusion', target: { token: 1 } }),
    field: 'explain.target',
    text: 'explain_kwargs.target: a token can be named for token classification only',
  },
  {
    ...reader,
    ...explain({ method: 'occlusion', target: 'middle' }),
    field: 'explain.target',
    text: 'explain_kwargs.target: for question answering give "start", "end" or "both"',
  },
  {
    ...reader,
    ...explain({ method: 'occlusion', contrast: 1 }),
    field: 'explain.contrast',
    text: 'explain_kwargs.contrast: question answering has no classes to contrast',
  },
  {
    model: 'gpt2-generation',
    task: 'generation',
    square: {},
    native: { explain: { method: 'occlusion', baseline: 'mask', target: 0 }, options: { max_new_tokens: 2 } },
    field: 'explain.baseline',
    text: null,
  },
  {
    model: 'gpt2-generation',
    task: 'generation',
    square: {},
    native: { explain: { method: 'occlusion', target: 50 }, options: { max_new_tokens: 2 } },
    field: 'explain.target',
    text: null,
  },
  {
    model: 't5-generation',
    task: 'generation',
    square: {},
    native: { explain: { method: 'occlusion' }, options: { max_new_tokens: 2 } },
    field: 'explain',
    text: null,
  },
  {
    ...embedder,
    square: {},
    native: { explain: { method: 'occlusion' } },
    field: 'explain.target',
    text: null,
  },
  {
    model: 'mpnet-sentence-dense',
    task: 'embedding',
    input: ['one text', 'another'],
    square: {},
    native: { explain: { method: 'occlusion' } },
    field: 'explain',
    text: null,
  },
  {
    model: 'bert-token-classification',
    task: 'token-classification',
    square: {},
    native: { explain: { method: 'occlusion', target: 'B-PER' } },
    field: 'explain.target',
    text: null,
  },
  {
    ...classifier,
    ...attack({ method: 'hotflip', target: 9 }),
    field: 'attack.target',
    text: 'attack_kwargs.target: there is no class "9"; give 0 to 2 or one of: negative, neutral, positive',
  },
  {
    ...classifier,
    ...attack({ method: 'hotflip', labels: ['nonsense'] }),
    field: 'attack.labels.0',
    text: 'attack_kwargs.labels.0: there is no class "nonsense"; give 0 to 2 or one of: negative, neutral, positive',
  },
  {
    ...choices,
    ...attack({ method: 'deepwordbug', labels: [0, 1] }),
    input: [
      ['a', 'b'],
      ['a', 'c'],
    ],
    field: 'attack.labels',
    text: 'attack_kwargs.labels: there are 2 labels for 1 inputs; give one each, null where it is not known',
  },
  {
    ...classifier,
    input: ['one', 'two', 'three'],
    ...attack({ method: 'hotflip', budget: { model_calls: 1 } }),
    field: 'attack.budget',
    text: 'attack_kwargs.budget: 3 inputs need more model calls',
  },
  {
    ...reader,
    ...attack({ method: 'universal_triggers' }),
    field: 'attack.method',
    text: 'attack_kwargs.method: universal triggers are for classification, with a budget of more model calls than inputs',
  },
  {
    ...reader,
    ...attack({ method: 'checklist_directional' }),
    field: 'attack.method',
    text: 'attack_kwargs.method: directional tests are for classification',
  },
  {
    model: 'bert-regression',
    task: 'sequence-classification',
    ...attack({ method: 'deepwordbug' }),
    field: 'attack',
    text: 'attack_kwargs: a regression has no label that could be changed',
  },
  {
    model: 'bert-token-classification',
    task: 'token-classification',
    square: {},
    native: { attack: { method: 'deepwordbug' } },
    field: 'attack',
    text: null,
  },
  {
    ...classifier,
    square: { preprocessing_kwargs: { max_length: 2 } },
    native: { preprocessing: { maxLength: 2 } },
    field: 'preprocessing.maxLength',
    text: 'preprocessing_kwargs.max_length: 2 leaves no room for text beside 2 special tokens; give at least 3',
  },
  {
    ...classifier,
    square: { task_kwargs: { multiple_choice: true } },
    native: { options: { multipleChoice: true } },
    field: 'options.multipleChoice',
    text: 'task_kwargs.multiple_choice: this model gives 3 scores a row, and choosing among rows needs exactly one',
  },
  {
    model: 'gpt2-generation',
    task: 'generation',
    square: { model_kwargs: { output_hidden_states: true } },
    native: { options: { output_hidden_states: true } },
    field: 'options.output_hidden_states',
    text: 'output_hidden_states: the model has no hidden_states. Generation returns sequences, scores and attentions.',
  },
  {
    model: 'mpnet-sentence-dense',
    task: 'embedding',
    square: { task_kwargs: { embedding_mode: 'pooler' } },
    native: { options: { mode: 'pooler' } },
    field: 'options.mode',
    text: 'task_kwargs.embedding_mode: the model has no pooler_output. It gives last_hidden_state, attentions, hidden_states.',
  },
  {
    ...classifier,
    square: { adapter_name: ['one', 'two'] },
    native: { adapters: ['one', 'two'] },
    field: 'averageAdapters',
    text: 'model_kwargs.average_adapters: must be true when several adapters are named: their merged weights are averaged',
  },
  {
    ...classifier,
    square: { adapter_name: 'owner/a/b' },
    native: { adapters: ['owner/a/b'] },
    field: 'adapters',
    text: 'adapter_name: adapter "owner/a/b" does not fit model "bert-sequence-classification": the name is not of the form "adapter" or "owner/adapter".',
  },
  {
    ...writer,
    square: { adapter_name: 'one' },
    native: { adapters: ['one'] },
    field: 'adapters',
    text: 'adapter_name: model "gpt2-generation" generates text; merge the adapter into its weights and deploy that',
  },
  {
    ...writer,
    ...generate({ forced_bos_token_id: 1_000_000 }),
    field: 'options.forced_bos_token_id',
    text: 'forced_bos_token_id: 1000000 is no id of this model, whose ids end at 399',
  },
  {
    ...writer,
    input: [['a', 'b']],
    square: {},
    native: {},
    field: 'input.0',
    text: 'input.0: give one text, not a pair',
  },
  {
    ...reader,
    input: ['alone'],
    square: {},
    native: {},
    field: 'input.0',
    text: 'input.0: give a pair of texts, [question, context]',
  },
  {
    ...classifier,
    task: 'question-answering',
    input: [['q', 'c']],
    square: {},
    native: {},
    field: 'task',
    text: '{"detail":[{"loc":["path","task"],"msg":"task: model \\"bert-sequence-classification\\" cannot do question-answering; it can do sequence-classification, embedding.","type":"value_error.model_task_mismatch"}]}',
  },
  {
    ...classifier,
    task: 'generation',
    square: {},
    native: {},
    field: 'task',
    text: '{"detail":[{"loc":["path","task"],"msg":"task: model \\"bert-sequence-classification\\" cannot do generation; it can do sequence-classification, embedding.","type":"value_error.model_task_mismatch"}]}',
  },
];
