import { AppError } from '@tessera/base';
import type { ValueSpec } from '../session/session.ts';
import type { BlockSpec } from './row-store.ts';

/** What a decoder's ONNX file takes and gives, read from its inputs and outputs. */
export interface DecoderLayout {
  /**
   * Keys and values of the text written so far; empty for a file without cache. Names are those of the
   * inputs.
   */
  readonly cache: readonly BlockSpec[];
  /** Keys and values of what the encoder read; empty for decoder-only files and files without cache. */
  readonly crossCache: readonly BlockSpec[];
  /** Whether the file reads an encoder's hidden states; their size. */
  readonly encoderSize: number | null;
  readonly hasEncoderMask: boolean;
  readonly hasAttentionMask: boolean;
  readonly hasPositions: boolean;
  /** `use_cache_branch`: one file holds the first step and the others. */
  readonly hasBranch: boolean;
  /** The cache is in half precision: it is converted at every step. */
  readonly isHalf: boolean;
}

const past = /^past_key_values\.\d+\.(decoder\.|encoder\.)?(key|value)$/;

/** Reads the layout. Throws MODEL_LOAD_FAILED naming an input this program cannot feed. */
export function decoderLayout(
  inputs: readonly ValueSpec[],
  outputs: readonly ValueSpec[],
  model: string,
): DecoderLayout {
  const fail = (reason: string): never => {
    throw new AppError('MODEL_LOAD_FAILED', { detail: { model, reason } });
  };
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const has = (name: string): boolean => byName.delete(name);
  const cached = inputs.filter(({ name }) => past.test(name));
  for (const { name } of cached) {
    byName.delete(name);
    if (!outputs.some((output) => output.name === presentName(name)))
      fail(`the decoder reads ${name} and does not give ${presentName(name)}`);
  }
  const block = ({ name, dtype, shape }: ValueSpec): BlockSpec => {
    const [, heads, , size] = shape;
    if (
      shape.length !== 4 ||
      typeof heads !== 'number' ||
      typeof size !== 'number' ||
      !/^float(32|16)$/.test(dtype)
    )
      return fail(
        `${name} is ${dtype} [${shape}]; only float32 and float16 [rows, heads, positions, size] can be cached`,
      );
    return { name, heads, size };
  };
  const hidden = byName.get('encoder_hidden_states');
  const encoderSize = hidden ? hidden.shape[2] : null;
  if (typeof encoderSize === 'string' || encoderSize === undefined)
    fail('encoder_hidden_states has no fixed size');
  byName.delete('encoder_hidden_states');
  if (!has('input_ids')) fail('the decoder has no input_ids');
  if (!outputs.some(({ name }) => name === 'logits')) fail('the decoder gives no logits');
  const layout: DecoderLayout = {
    cache: cached.filter(({ name }) => !name.includes('.encoder.')).map(block),
    crossCache: cached.filter(({ name }) => name.includes('.encoder.')).map(block),
    encoderSize: encoderSize as number | null,
    hasEncoderMask: has('encoder_attention_mask'),
    hasAttentionMask: has('attention_mask'),
    hasPositions: has('position_ids'),
    hasBranch: has('use_cache_branch'),
    isHalf: cached.some(({ dtype }) => dtype === 'float16'),
  };
  if (byName.size > 0) fail(`the decoder wants inputs that are not known: ${[...byName.keys()].join(', ')}`);
  return layout;
}

export function presentName(pastName: string): string {
  return pastName.replace('past_key_values', 'present');
}

/**
 * Without position_ids these count their positions in the attention mask, so that padding in front does not
 * shift them.
 */
const positionsFromMask = new Set(['opt', 'bloom']);

/** Whether an architecture counts its positions in the attention mask. */
export function positionsComeFromMask(architecture: string): boolean {
  return architecture === 'opt';
}

/**
 * Whether rows of different lengths may run together, padded in front. Where padding would shift positions,
 * or the file has no mask to hide it, only rows of one length share a step.
 */
export function canPadRows(layout: DecoderLayout, architecture: string): boolean {
  return layout.hasAttentionMask && (layout.hasPositions || positionsFromMask.has(architecture));
}
