import { type Tensor, tensor } from '@tessera/contracts';
import type { ModelRow } from '../runtime.ts';
import type { ValueSpec } from '../session/session.ts';
import { deltaOf, scaleOf, seedsOf } from './collate-gradient.ts';
import type { InputPlan, InputRole, TokenRole } from './signature.ts';

/** Ids of the tokenizer that feeds are made with. */
export interface FillIds {
  /** Stands behind a row that is shorter than its batch. */
  readonly padId: number;
  /** Ends the first text of a pair; null when the tokenizer has none. */
  readonly sepId: number | null;
}

/** Tokens a row takes in a batch. */
export function paddedLength(row: ModelRow): number {
  return Math.max(row.inputIds.length, row.padTo ?? 0, 1);
}

/**
 * The feeds of one run, padded on the right to `tokens`: [B, T], or [1, B, T] for files with choices. A file
 * with a fixed number of rows gets copies of the last one. Fresh buffers, because they are handed to the
 * onnxruntime thread.
 */
export function collate(
  own: readonly ModelRow[],
  tokens: number,
  { plan, ids }: { readonly plan: InputPlan; readonly ids: FillIds },
): Record<string, Tensor> {
  const missing = Math.max(0, (plan.fixedRows ?? 0) - own.length);
  const rows = [...own, ...new Array<ModelRow>(missing).fill(own.at(-1)!)];
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
      case 'constant':
        return constant(spec, role.value, rows.length);
      case 'scale':
        return scaleOf(batch, spec.shape.length);
      case 'delta':
        return deltaOf(batch, spec.shape.length);
      case 'seed':
        return seedsOf(batch, role.output, spec);
      default: {
        const shape = plan.hasChoices ? [1, rows.length, tokens] : [rows.length, tokens];
        const filled = tensor(typeOf(spec), shape);
        fill(rows, tokens, { role, ids, into: filled });
        return filled;
      }
    }
  }
}

/** Written as they are; other types are converted where they are fed. */
function typeOf({ dtype }: ValueSpec): 'int32' | 'float32' | 'int64' {
  return dtype === 'int32' || dtype === 'float32' ? dtype : 'int64';
}

/**
 * Writes small non-negative numbers into a zero-filled tensor. int64 is written through its low 32-bit words
 * (every platform of onnxruntime-node is little-endian): BigInt values would be an allocation per token.
 */
function fill(
  rows: readonly ModelRow[],
  tokens: number,
  { role, ids, into }: { role: TokenRole; ids: FillIds; into: Tensor },
): void {
  const isWide = into.dtype === 'int64';
  const data = isWide ? new Int32Array(into.data.buffer) : (into.data as Int32Array);
  const step = isWide ? 2 : 1;
  for (let b = 0; b < rows.length; b++) {
    const valueAt = valuesOf(rows[b]!, role, ids);
    let at = b * tokens * step;
    for (let t = 0; t < tokens; t++, at += step) data[at] = valueAt(t);
  }
}

/** What an input holds at each token of a row. */
function valuesOf({ inputIds, typeIds }: ModelRow, role: TokenRole, ids: FillIds): (t: number) => number {
  const length = inputIds.length;
  switch (role.kind) {
    case 'ids':
      return (t) => (t < length ? inputIds[t]! : ids.padId);
    case 'mask':
      return (t) => (t < length ? 1 : 0);
    case 'types':
      return (t) => (t < length ? typeIds[t]! : 0);
    case 'positions':
      return (t) => role.start + t;
    case 'global': {
      const end = role.where === 'first text' ? inputIds.indexOf(ids.sepId ?? -1) + 1 : 1;
      return role.where === 'nowhere' ? () => 0 : (t) => (t < end ? 1 : 0);
    }
  }
}

/** A number in the shape that the file declares: none, [1] or one for each row. */
function constant({ shape }: ValueSpec, value: number, rows: number): Tensor {
  const dims = shape.map((size) => (typeof size === 'number' && size > 0 ? size : rows));
  const filled = tensor('int64', dims);
  (filled.data as BigInt64Array).fill(BigInt(value));
  return filled;
}

/**
 * A cache of no tokens, for decoder files that are run without one: the free axes are batch and past length.
 */
function emptyPast({ shape }: ValueSpec, batch: number): Tensor {
  const dims = shape.map((size, axis) =>
    typeof size === 'number' && size > 0 ? size : axis === 0 ? batch : 0,
  );
  return tensor('float32', dims);
}
