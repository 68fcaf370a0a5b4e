import { type AppError, renameField } from '@tessera/base';

/**
 * Where SQuARE's request has the members of a payload; paths outside this table are spelled alike, such as
 * `input.0`.
 */
const heads: Readonly<Record<string, string>> = {
  explain: 'explain_kwargs',
  attack: 'attack_kwargs',
  preprocessing: 'preprocessing_kwargs',
  outputAttentions: 'model_kwargs.output_attentions',
  outputHiddenStates: 'model_kwargs.output_hidden_states',
  averageAdapters: 'model_kwargs.average_adapters',
  adapters: 'adapter_name',
};

/** Options below these; `options` without its head is how SQuARE's generation names its options. */
const members: Readonly<Record<string, string>> = {
  'preprocessing.maxLength': 'preprocessing_kwargs.max_length',
  'preprocessing.addSpecialTokens': 'preprocessing_kwargs.add_special_tokens',
  'options.isRegression': 'task_kwargs.is_regression',
  'options.multipleChoice': 'task_kwargs.multiple_choice',
  'options.mode': 'task_kwargs.embedding_mode',
  'options.normalize': 'task_kwargs.normalize',
  'options.prompt': 'task_kwargs.prompt',
  'options.promptName': 'task_kwargs.prompt_name',
  'options.dimensions': 'task_kwargs.dimensions',
  'options.topk': 'task_kwargs.topk',
  'options.maxAnswerLen': 'task_kwargs.max_answer_len',
  'options.showNullAnswers': 'task_kwargs.show_null_answers',
};

/**
 * A path of the payload as SQuARE's request spells it: `explain.layer` is `explain_kwargs.layer`. Other
 * fields stay.
 */
export function squareField(path: string): string {
  const member = members[path];
  if (member !== undefined) return member;
  const [head = '', ...rest] = path.split('.');
  if (head === 'options') return rest.join('.');
  return [heads[head] ?? head, ...rest].join('.');
}

/** An error in SQuARE's words, as the result of a task tells it. */
export function inSquareWords(error: AppError): AppError {
  return renameField(error, squareField);
}

/** An error of a request's body, where SQuARE's fields begin with `body`. */
export function inBodyWords(error: AppError): AppError {
  return renameField(error, (field) => (/^(body|path)\b/.test(field) ? field : `body.${squareField(field)}`));
}

/**
 * A warning in SQuARE's words: where it begins with a path of the payload, that is spelled as the request
 * spells it.
 */
export function squareWarning(warning: string): string {
  return warning.replace(/^[a-zA-Z]+(\.\w+)+(?=[ :])/, squareField);
}
