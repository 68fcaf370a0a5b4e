import { AppError } from '@tessera/base';
import type { GradientNames } from '../graph/graph-jobs.ts';
import { fedTypes } from '../session/element-types.ts';
import type { ValueSpec } from '../session/session.ts';

/** How a file wants its inputs; read once when it is loaded. */
export interface InputPlan {
  readonly inputs: readonly { readonly spec: ValueSpec; readonly role: InputRole }[];
  /** The file takes [batch, choices, tokens] (a multiple-choice head). */
  readonly hasChoices: boolean;
  /** Rows and tokens that a run must have, where the file was exported with fixed axes. */
  readonly fixedRows: number | null;
  readonly fixedTokens: number | null;
  /** What a person should know of how inputs are filled. */
  readonly warnings: readonly string[];
}

/** What an input holds; the last three exist in gradient files only. */
export type InputRole =
  | { readonly kind: 'ids' | 'mask' | 'types' }
  /** Counted from `start` on. */
  | { readonly kind: 'positions'; readonly start: number }
  /** Longformer's: 1 where a token looks at the whole text. */
  | { readonly kind: 'global'; readonly where: 'nowhere' | 'first token' | 'first text' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'empty-past' | 'use-cache' }
  | { readonly kind: 'scale' | 'delta' }
  | { readonly kind: 'seed'; readonly output: string };

/** Inputs of which a row has one entry per token. */
export type TokenRole = Extract<InputRole, { kind: 'ids' | 'mask' | 'types' | 'positions' | 'global' }>;

/** The names of a gradient file, with the seeds by logical output. */
export type GradientInputs = Pick<GradientNames, 'scale' | 'delta' | 'seeds'>;

export interface PlanOptions {
  readonly model: string;
  /** First entry of `architectures`, and `model_type`. */
  readonly modelClass: string | null;
  readonly architecture: string;
  /** Pad token of the tokenizer; the positions of some families begin behind it. */
  readonly padId: number;
  readonly gradient?: GradientInputs;
}

/** Families whose positions begin behind the pad token's id, as transformers counts them for RoBERTa. */
const positionsBehindPad = /^(roberta|xlm-roberta|camembert|longformer|mpnet|data2vec-text|xmod|ibert|esm)/;

/** TensorFlow's exporters add an output number, and serving signatures a prefix. */
export function plainName(name: string): string {
  return name.replace(/^serving_default_/, '').replace(/:0$/, '');
}

/** Throws MODEL_LOAD_FAILED naming the inputs that nobody here can fill. */
export function planInputs(inputs: readonly ValueSpec[], options: PlanOptions): InputPlan {
  const refuse = (reason: string): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model: options.model, reason } });
  };
  const planned = inputs.map((spec) => ({ spec, role: roleOf(spec.name, options) }));
  const unknown = planned.filter(({ role }) => role === undefined).map(({ spec }) => spec.name);
  if (unknown.length > 0) refuse(`its inputs ${unknown.join(', ')} are not known; known are ${known}`);
  for (const { name, dtype } of inputs)
    if (!(fedTypes as readonly string[]).includes(dtype))
      refuse(`its input ${name} has the element type ${dtype}; known are ${fedTypes.join(', ')}`);
  const ids = planned.find(({ role }) => role?.kind === 'ids');
  if (!ids) return refuse('it has no input called input_ids');
  const { shape } = ids.spec;
  if (shape.length !== 0 && shape.length !== 2 && shape.length !== 3)
    refuse(
      `its input ${ids.spec.name} has the shape [${shape}]; known are [rows, tokens] and [batch, choices, tokens]`,
    );
  const hasChoices = shape.length === 3;
  return {
    inputs: planned as InputPlan['inputs'],
    hasChoices,
    fixedRows: fixed(shape[hasChoices ? 1 : 0]),
    fixedTokens: fixed(shape[hasChoices ? 2 : 1]),
    warnings: planned.flatMap(({ spec, role }) =>
      role?.kind === 'constant'
        ? [`Its input ${spec.name} is ${role.value} for every text; no request can choose it.`]
        : [],
    ),
  };
}

const known =
  'input_ids, attention_mask (input_mask), token_type_ids (segment_ids, input_type_ids), position_ids, global_attention_mask, task_id';

function fixed(size: number | string | undefined): number | null {
  return typeof size === 'number' && size > 0 ? size : null;
}

function roleOf(name: string, options: PlanOptions): InputRole | undefined {
  const { gradient } = options;
  if (gradient?.scale === name) return { kind: 'scale' };
  if (gradient?.delta === name) return { kind: 'delta' };
  const output = Object.entries(gradient?.seeds ?? {}).find(([, input]) => input === name)?.[0];
  if (output !== undefined) return { kind: 'seed', output };
  if (/^past_key_values\./.test(name)) return { kind: 'empty-past' };
  switch (plainName(name)) {
    case 'input_ids':
    case 'input_word_ids':
      return { kind: 'ids' };
    case 'attention_mask':
    case 'input_mask':
      return { kind: 'mask' };
    case 'token_type_ids':
    case 'segment_ids':
    case 'input_type_ids':
      return { kind: 'types' };
    case 'position_ids':
      return {
        kind: 'positions',
        start: positionsBehindPad.test(options.architecture) ? options.padId + 1 : 0,
      };
    case 'global_attention_mask':
      return { kind: 'global', where: globalTokens(options.modelClass ?? '') };
    case 'task_id':
      return { kind: 'constant', value: 0 };
    case 'use_cache_branch':
      return { kind: 'use-cache' };
    default:
      return undefined;
  }
}

/**
 * What transformers' Longformer marks when a caller says nothing: the first token, the question, or nothing.
 */
function globalTokens(modelClass: string): 'nowhere' | 'first token' | 'first text' {
  if (/ForSequenceClassification$/.test(modelClass)) return 'first token';
  return /ForQuestionAnswering$|ForMultipleChoice$/.test(modelClass) ? 'first text' : 'nowhere';
}
