import { AppError } from '@tessera/base';
import { type Tensor, tensor } from '@tessera/contracts';
import type { ModelRow } from '../runtime.ts';
import type { ValueSpec } from '../session/session.ts';
import { tokenAxes } from './split.ts';

/** A row with what a gradient file wants beside ids; absent in plain files. */
export interface SteeredRow extends ModelRow {
  /**
   * ∂F/∂output for the row's outputs by logical name, each in the shape of the row's output; a missing one
   * counts as zeros.
   */
  readonly seeds?: Readonly<Record<string, Tensor>>;
}

interface Batch {
  readonly rows: readonly SteeredRow[];
  /** Padded length T. */
  readonly tokens: number;
  readonly hasChoices: boolean;
}

/**
 * The steered tensor x is x · scale + delta: scale is 0 where a row brings its own values, else 1. [B, 1, 1].
 */
export function scaleOf({ rows }: Batch, rank: number): Tensor {
  const scale = tensor('float32', steeredShape(rank, rows.length, 1, 1));
  rows.forEach(({ values }, b) => {
    scale.data[b] = values ? 0 : 1;
  });
  return scale;
}

/** The rows' own values [B, T, H], zeros for rows without; [1, 1, 1] when nobody has any. */
export function deltaOf({ rows, tokens }: Batch, rank: number): Tensor {
  const width = widthOf(rows);
  if (width === null) return tensor('float32', steeredShape(rank, 1, 1, 1));
  const delta = tensor('float32', steeredShape(rank, rows.length, tokens, width));
  rows.forEach(({ values }, b) => {
    if (values) (delta.data as Float32Array).set(values, b * tokens * width);
  });
  return delta;
}

function steeredShape(
  rank: number,
  ...last: readonly [rows: number, tokens: number, width: number]
): number[] {
  return [...new Array<number>(Math.max(0, rank - last.length)).fill(1), ...last];
}

/**
 * Width of the values of a batch; they hold one vector per token of the row. Throws INPUT_INVALID when they
 * do not.
 */
function widthOf(rows: readonly SteeredRow[]): number | null {
  const widths = new Set(
    rows.flatMap(({ values, inputIds }) => (values ? values.length / inputIds.length : [])),
  );
  const [width = null] = widths;
  if (widths.size > 1 || (width !== null && !Number.isInteger(width)))
    throw new AppError('INPUT_INVALID', {
      detail: {
        field: 'values',
        problem: `rows have ${[...widths].join(' and ')} numbers a token; give one width to all`,
      },
    });
  return width;
}

/**
 * Seeds of one output: [B, …] with the token axis padded by zeros; [1, B] for the logits of a file with
 * choices.
 */
export function seedsOf({ rows, tokens, hasChoices }: Batch, output: string, spec: ValueSpec): Tensor {
  const given = rows.map(({ seeds }) => seeds?.[output]);
  const rowShape = given.find((seed) => seed !== undefined)?.shape ?? rowShapeOf(spec, hasChoices);
  const padded = rowShape.map((size, axis) =>
    tokenAxes(output, rowShape.length).includes(axis) ? tokens : size,
  );
  const size = padded.reduce((product, n) => product * n, 1);
  const isFlat = hasChoices && rowShape.length === 1;
  const seeds = tensor('float32', isFlat ? [1, rows.length] : [rows.length, ...padded]);
  given.forEach((seed, b) => {
    if (seed) (seeds.data as Float32Array).set(seed.data as Float32Array, b * size);
  });
  return seeds;
}

/**
 * Shape of one row's output as the file declares it; free axes count as 1 and are padded if they are tokens.
 */
function rowShapeOf({ shape }: ValueSpec, hasChoices: boolean): readonly number[] {
  if (hasChoices) return [1];
  const inner = shape.slice(1).map((size) => (typeof size === 'number' && size > 0 ? size : 1));
  return inner.length > 0 ? inner : [1];
}
