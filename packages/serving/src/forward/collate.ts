import { AppError } from '@tessera/base';
import { type Tensor, tensor } from '@tessera/contracts';
import type { GradientNames } from '../graph/graph-jobs.ts';
import type { ModelRow } from '../runtime.ts';
import type { ValueSpec } from '../session/session.ts';
import { deltaOf, scaleOf, seedsOf } from './collate-gradient.ts';

/** How a file wants its inputs; worked out once when it is loaded. */
export interface InputPlan {
  readonly inputs: readonly { readonly spec: ValueSpec; readonly role: InputRole }[];
  /** The file takes [batch, choices, tokens] (a multiple-choice head). */
  readonly hasChoices: boolean;
}

/** What an input holds; the last three exist in gradient files only. */
type InputRole =
  | { readonly kind: 'ids' | 'mask' | 'types' | 'positions' }
  | { readonly kind: 'empty-past' | 'use-cache' }
  | { readonly kind: 'scale' | 'delta' }
  | { readonly kind: 'seed'; readonly output: string };

const roles: readonly (readonly [RegExp, InputRole])[] = [
  [/^input_ids$/, { kind: 'ids' }],
  [/^attention_mask$/, { kind: 'mask' }],
  [/^token_type_ids$/, { kind: 'types' }],
  [/^position_ids$/, { kind: 'positions' }],
  [/^past_key_values\./, { kind: 'empty-past' }],
  [/^use_cache_branch$/, { kind: 'use-cache' }],
];

/** The names of a gradient file, with the seeds by logical output. */
export type GradientInputs = Pick<GradientNames, 'scale' | 'delta' | 'seeds'>;

/** Throws MODEL_LOAD_FAILED naming the inputs that nobody here can fill. */
export function planInputs(
  inputs: readonly ValueSpec[],
  model: string,
  gradient?: GradientInputs,
): InputPlan {
  const planned = inputs.map((spec) => ({ spec, role: roleOf(spec.name, gradient) }));
  const unknown = planned.filter(({ role }) => role === undefined).map(({ spec }) => spec.name);
  const refuse = (reason: string): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason } });
  };
  if (unknown.length > 0)
    refuse(
      `its inputs ${unknown.join(', ')} are not known; known are input_ids, attention_mask, token_type_ids, position_ids`,
    );
  const ids = planned.find(({ role }) => role?.kind === 'ids');
  if (!ids) return refuse('it has no input called input_ids');
  return { inputs: planned as InputPlan['inputs'], hasChoices: ids.spec.shape.length === 3 };
}

function roleOf(name: string, gradient?: GradientInputs): InputRole | undefined {
  if (gradient?.scale === name) return { kind: 'scale' };
  if (gradient?.delta === name) return { kind: 'delta' };
  const output = Object.entries(gradient?.seeds ?? {}).find(([, input]) => input === name)?.[0];
  if (output !== undefined) return { kind: 'seed', output };
  return roles.find(([pattern]) => pattern.test(name))?.[1];
}

/** Tokens a row takes in a batch. */
export function paddedLength(row: ModelRow): number {
  return Math.max(row.inputIds.length, row.padTo ?? 0, 1);
}

/**
 * The feeds of one batch, padded on the right to its longest row: [B, T], or [1, B, T] for files with choices.
 * Fresh buffers, because they are handed to the onnxruntime thread.
 */
export function collate(rows: readonly ModelRow[], plan: InputPlan, padId: number): Record<string, Tensor> {
  const tokens = rows.reduce((longest, row) => Math.max(longest, paddedLength(row)), 0);
  const feeds: Record<string, Tensor> = {};
  for (const { spec, role } of plan.inputs) feeds[spec.name] = feedOf(spec, role);
  return feeds;

  function feedOf(spec: ValueSpec, role: InputRole): Tensor {
    const batch = { rows, tokens, hasChoices: plan.hasChoices };
    switch (role.kind) {
      case 'empty-past':
        return emptyPast(spec, rows.length);
      case 'use-cache':
        return tensor('bool', [1]);
      case 'scale':
        return scaleOf(batch, spec.shape.length);
      case 'delta':
        return deltaOf(batch, spec.shape.length);
      case 'seed':
        return seedsOf(batch, role.output, spec);
      default: {
        const shape = plan.hasChoices ? [1, rows.length, tokens] : [rows.length, tokens];
        const filled = tensor(typeOf(spec), shape);
        fill(rows, tokens, { kind: role.kind, padId, into: filled });
        return filled;
      }
    }
  }
}

function typeOf({ dtype }: ValueSpec): 'int32' | 'float32' | 'int64' {
  return dtype === 'int32' || dtype === 'float32' ? dtype : 'int64';
}

/**
 * Writes small non-negative numbers into a zero-filled tensor. int64 is written through its low 32-bit words (every
 * platform of onnxruntime-node is little-endian): BigInt values would be an allocation a token.
 */
function fill(
  rows: readonly ModelRow[],
  tokens: number,
  { kind, padId, into }: { kind: 'ids' | 'mask' | 'types' | 'positions'; padId: number; into: Tensor },
): void {
  const isWide = into.dtype === 'int64';
  const data = isWide ? new Int32Array(into.data.buffer) : (into.data as Int32Array);
  const step = isWide ? 2 : 1;
  for (let b = 0; b < rows.length; b++) {
    const { inputIds, typeIds } = rows[b]!;
    const length = inputIds.length;
    let at = b * tokens * step;
    for (let t = 0; t < tokens; t++, at += step) {
      const isToken = t < length;
      if (kind === 'ids') data[at] = isToken ? inputIds[t]! : padId;
      else if (kind === 'mask') data[at] = isToken ? 1 : 0;
      else if (kind === 'types') data[at] = isToken ? typeIds[t]! : 0;
      else data[at] = t;
    }
  }
}

/** A cache of no tokens, for decoder files that are run without one: the free axes are batch and past length. */
function emptyPast({ shape, dtype }: ValueSpec, batch: number): Tensor {
  const dims = shape.map((size, axis) =>
    typeof size === 'number' && size > 0 ? size : axis === 0 ? batch : 0,
  );
  return tensor(dtype === 'float64' ? 'float64' : 'float32', dims);
}
