import {
  attackOptions,
  explainOptions,
  generationOptions,
  type TaskName,
  taskOptions,
} from '@tessera/contracts';
import { squareField } from '../square/field-names.ts';

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

/** The last name of a path in SQuARE's spelling. */
const squareName = (path: string): string => squareField(path).split('.').at(-1)!;

const input = ['a text'];

/** Every option of every schema with every value: what is refused is refused in both dialects. */
export function everyOption(): readonly OptionCase[] {
  return [
    ...Object.keys(explainOptions.shape).flatMap((key) => saliency('explain', 'attention', key)),
    ...Object.keys(attackOptions.shape).flatMap((key) => saliency('attack', 'deepwordbug', key)),
    ...Object.keys(generationOptions.shape).flatMap((key) => option('generation', key)),
    ...(
      ['sequence-classification', 'token-classification', 'embedding', 'question-answering'] as const
    ).flatMap((task) => Object.keys(taskOptions[task].shape).flatMap((key) => option(task, key))),
    ...['maxLength', 'stride', 'addSpecialTokens'].flatMap((key) =>
      cases('embedding', `preprocessing.${key}`, (value) => ({
        square: { preprocessing_kwargs: { [squareName(`preprocessing.${key}`)]: value } },
        native: { preprocessing: { [key]: value } },
      })),
    ),
    ...['outputAttentions', 'outputHiddenStates', 'averageAdapters'].flatMap((key) =>
      cases('embedding', key, (value) => ({
        square: { model_kwargs: { [squareName(key)]: value } },
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
    square: { task_kwargs: { [squareName(`options.${key}`)]: value } },
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
