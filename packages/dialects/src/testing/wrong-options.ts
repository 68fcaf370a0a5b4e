import {
  attackOptions,
  explainOptions,
  generationKwargs,
  type TaskName,
  taskOptions,
} from '@tessera/contracts';

/** One value of one option, under the names of either dialect. */
export interface OptionCase {
  readonly task: TaskName;
  /** Path of the payload: "explain.layer". */
  readonly path: string;
  readonly value: unknown;
  /** Bodies that send it, without the model. */
  readonly square: Readonly<Record<string, unknown>>;
  readonly native: Readonly<Record<string, unknown>>;
}

/** Values of every kind; each option refuses some of them. */
const values: readonly unknown[] = ['x', -1, 1.5, true, [], [[2, 1]], {}, 'NUL \u0000'];

/** What SQuARE calls the members that have another name there. */
const squareNames: Readonly<Record<string, string>> = {
  maxLength: 'max_length',
  addSpecialTokens: 'add_special_tokens',
  isRegression: 'is_regression',
  multipleChoice: 'multiple_choice',
  mode: 'embedding_mode',
  maxAnswerLen: 'max_answer_len',
  showNullAnswers: 'show_null_answers',
  outputAttentions: 'output_attentions',
  outputHiddenStates: 'output_hidden_states',
  averageAdapters: 'average_adapters',
};

const input = ['a text'];

/** Every option of every schema with every value: what is refused is refused in both dialects. */
export function everyOption(): readonly OptionCase[] {
  return [
    ...Object.keys(explainOptions.shape).flatMap((key) => saliency('explain', 'attention', key)),
    ...Object.keys(attackOptions.shape).flatMap((key) => saliency('attack', 'deepwordbug', key)),
    ...Object.keys(generationKwargs.shape).flatMap((key) => option('generation', key)),
    ...(
      ['sequence-classification', 'token-classification', 'embedding', 'question-answering'] as const
    ).flatMap((task) => Object.keys(taskOptions[task].shape).flatMap((key) => option(task, key))),
    ...['maxLength', 'stride', 'addSpecialTokens'].flatMap((key) =>
      cases('embedding', `preprocessing.${key}`, (value) => ({
        square: { preprocessing_kwargs: { [squareNames[key] ?? key]: value } },
        native: { preprocessing: { [key]: value } },
      })),
    ),
    ...['outputAttentions', 'outputHiddenStates', 'averageAdapters'].flatMap((key) =>
      cases('embedding', key, (value) => ({
        square: { model_kwargs: { [squareNames[key]!]: value } },
        native: { [key]: value },
      })),
    ),
    ...cases('embedding', 'adapters', (value) => ({
      square: { adapter_name: value },
      native: { adapters: value },
    })),
    ...cases('embedding', 'input', (value) => ({ square: { input: value }, native: { input: value } })),
  ];
}

function saliency(kind: 'explain' | 'attack', method: string, key: string): readonly OptionCase[] {
  return cases('sequence-classification', `${kind}.${key}`, (value) => ({
    square: { [`${kind}_kwargs`]: { method, [key]: value } },
    native: { [kind]: { method, [key]: value } },
  }));
}

function option(task: TaskName, key: string): readonly OptionCase[] {
  return cases(task, `options.${key}`, (value) => ({
    square: { task_kwargs: { [squareNames[key] ?? key]: value } },
    native: { options: { [key]: value } },
  }));
}

function cases(
  task: TaskName,
  path: string,
  bodies: (value: unknown) => Pick<OptionCase, 'square' | 'native'>,
): readonly OptionCase[] {
  return values.map((value) => {
    const { square, native } = bodies(value);
    return { task, path, value, square: { input, ...square }, native: { task, input, ...native } };
  });
}
