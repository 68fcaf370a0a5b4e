import { float32, type Tensor, tensor } from '@tessera/contracts';
import type { Session } from '../session/session.ts';
import { type DecoderLayout, presentName } from './decoder-layout.ts';
import type { InnerRow } from './generator.ts';
import type { InnerDecoder } from './inner-files.ts';
import { type InnerCut, innerRow } from './inner-rows.ts';
import { int64Rows, maskRows } from './int64.ts';
import type { BlockSpec, RowStore } from './row-store.ts';

/**
 * What an encoder has read for some rows: hidden states and, after the first step, keys and values, aligned
 * at the start.
 */
export interface Encoded {
  readonly store: RowStore;
  /** Real positions of each row. */
  readonly lengths: readonly number[];
}

/** Name under which hidden states of the encoder lie in a store, one head. */
export const HIDDEN = 'encoder_hidden_states';

/** Rows that take a step together. */
export interface StepRows {
  /**
   * Ids to read: all of a text that is new, the last one of a text with a cache. Padded behind to one length.
   */
  readonly ids: readonly (readonly number[])[];
  /** Positions that each row has in the cache. */
  readonly cached: readonly number[];
  /** The texts' first step, which also reads the encoder's keys and values. */
  readonly isFirst: boolean;
  /** Rows of unequal length are aligned at the end; null at the first step and for files without cache. */
  readonly cache: RowStore | null;
  readonly encoded: Encoded | null;
  /**
   * The file that shows attention weights, to be run instead of the plain one; null when nobody wants them.
   */
  readonly inner: InnerDecoder | null;
}

export interface StepResult {
  /** Logits [V] at the last id of each row. */
  readonly logits: readonly Float32Array[];
  /** The cache with the new positions; null for files without one. */
  readonly cache: RowStore | null;
  /** Keys and values of the encoder's side, given by the first step. */
  readonly crossCache: RowStore | null;
  /** Attention weights of each row; null when they were not asked for. */
  readonly inner: readonly InnerRow[] | null;
  readonly computeMs: number;
}

/** Runs one step of a decoder file: feeds in, logits and cache out. */
export async function runDecoder(
  session: Session,
  layout: DecoderLayout,
  step: StepRows,
): Promise<StepResult> {
  const rows = step.ids.length;
  const { isFirst } = step;
  const fetch = ['logits', ...layout.cache.map(({ name }) => presentName(name))];
  if (isFirst) fetch.push(...layout.crossCache.map(({ name }) => presentName(name)));
  const { inner } = step;
  if (inner) fetch.push(...inner.attentions, ...inner.crossAttentions);
  const { outputs, computeMs } = await (inner?.session ?? session).run(feedsOf(layout, step), fetch);
  const longest = Math.max(...step.ids.map((ids) => ids.length));
  const logits = outputs.logits!;
  const size = logits.shape.at(-1)!;
  const values = logits.data as Float32Array;
  return {
    logits: step.ids.map((ids, row) => {
      const end = (row * longest + ids.length) * size;
      return values.subarray(end - size, end);
    }),
    cache: storeOf(layout.cache, outputs, rows),
    crossCache: isFirst ? storeOf(layout.crossCache, outputs, rows) : null,
    inner: inner && step.ids.map((_, row) => innerRow(outputs, inner, { row, cut: innerCut(step, row) })),
    computeMs,
  };
}

/**
 * The part of the weights that is a row's own. A file without cache reads the whole text anew; of its further
 * steps only the last id counts, as if there were a cache.
 */
function innerCut({ ids, cached, cache, encoded, isFirst }: StepRows, row: number): InnerCut {
  const pastLength = cache?.length ?? 0;
  const own = ids[row]!.length;
  return {
    queries: [isFirst ? 0 : own - 1, own],
    keys: [pastLength - cached[row]!, pastLength + own],
    crossKeys: encoded && [0, encoded.lengths[row]!],
  };
}

function storeOf(
  specs: readonly BlockSpec[],
  outputs: Readonly<Record<string, Tensor>>,
  rows: number,
): RowStore | null {
  const first = specs[0];
  if (!first) return null;
  const length = outputs[presentName(first.name)]!.shape[2]!;
  const blocks = Object.fromEntries(
    specs.map(({ name }) => [name, outputs[presentName(name)]!.data as Float32Array]),
  );
  return { rows, length, blocks };
}

function feedsOf(layout: DecoderLayout, step: StepRows): Record<string, Tensor> {
  const { ids, cached, cache, encoded } = step;
  const rows = ids.length;
  const longest = Math.max(...ids.map((row) => row.length));
  const pastLength = cache?.length ?? 0;
  const feeds: Record<string, Tensor> = {
    input_ids: int64Rows(rows, longest, (row, at) => ids[row]![at] ?? ids[row]!.at(-1)!),
  };
  if (layout.hasAttentionMask)
    feeds.attention_mask = maskRows(
      pastLength + longest,
      ids.map((row, at) => [
        [pastLength - cached[at]!, pastLength],
        [pastLength, pastLength + row.length],
      ]),
    );
  if (layout.hasPositions)
    feeds.position_ids = int64Rows(rows, longest, (row, at) =>
      Math.min(cached[row]! + at, cached[row]! + ids[row]!.length - 1),
    );
  for (const spec of layout.cache) feeds[spec.name] = blockTensor(spec, cache, rows);
  if (encoded) Object.assign(feeds, encoderFeeds(layout, encoded, rows));
  if (layout.hasBranch) feeds.use_cache_branch = tensor('bool', [1], Uint8Array.of(cache === null ? 0 : 1));
  return feeds;
}

function encoderFeeds(layout: DecoderLayout, encoded: Encoded, rows: number): Record<string, Tensor> {
  const { store, lengths } = encoded;
  const feeds: Record<string, Tensor> = {};
  if (layout.encoderSize !== null)
    feeds[HIDDEN] = float32([rows, store.length, layout.encoderSize], copyOf(store.blocks[HIDDEN]!));
  if (layout.hasEncoderMask)
    feeds.encoder_attention_mask = maskRows(
      store.length,
      lengths.map((length) => [[0, length]]),
    );
  const isFirst = layout.crossCache.some(({ name }) => !(name in store.blocks));
  for (const spec of layout.crossCache)
    feeds[spec.name] = isFirst
      ? blockTensor(spec, null, rows)
      : float32([rows, spec.heads, store.length, spec.size], copyOf(store.blocks[spec.name]!));
  return feeds;
}

/** A fed buffer is handed over for good; what the encoder read is needed at every step. */
function copyOf(values: Float32Array): Float32Array {
  return values.slice();
}

function blockTensor({ name, heads, size }: BlockSpec, store: RowStore | null, rows: number): Tensor {
  if (!store) return float32([rows, heads, 0, size], new Float32Array(0));
  return float32([rows, heads, store.length, size], store.blocks[name]!);
}
