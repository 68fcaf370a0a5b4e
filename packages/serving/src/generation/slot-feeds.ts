import { float32, type Tensor } from '@tessera/contracts';
import type { SlotSource } from '../session/slot-store.ts';
import { int64Rows, maskRows } from './int64.ts';
import { bucketOf } from './relative-buckets.ts';
import type { SlotFiles } from './slot-files.ts';
import { stepInputs } from './step-graph.ts';

/** What hides a position: far below any score, and finite. */
const HIDDEN_SCORE = -1e9;

/** Ids to read, behind what lies in the slots. */
export interface StepIds {
  /** New ids of each row. */
  readonly ids: readonly (readonly number[])[];
  /** Positions that each row has in its slot. */
  readonly cached: readonly number[];
  /** Positions that are fed of each slot, gaps included. */
  readonly room: number;
}

/** Everything a step graph reads beside the cache and the encoder. */
export function stepFeeds(files: SlotFiles, step: StepIds): Record<string, Tensor> {
  const { ids, cached, room } = step;
  const rows = ids.length;
  const longest = longestOf(step);
  const feeds: Record<string, Tensor> = {
    input_ids: int64Rows(rows, longest, (row, at) => ids[row]![at] ?? ids[row]!.at(-1)!),
    [stepInputs.scoreBias]: scoreBias(step),
    [stepInputs.last]: lastOf(step),
  };
  const has = (name: string): boolean => files.step.inputs.some((input) => input.name === name);
  if (has('position_ids'))
    feeds.position_ids = int64Rows(
      rows,
      longest,
      (row, at) => cached[row]! + Math.min(at, ids[row]!.length - 1),
    );
  if (has('attention_mask'))
    feeds.attention_mask = maskRows(
      room + longest,
      ids.map((row, at) => [
        [0, cached[at]!],
        [room, room + row.length],
      ]),
    );
  if (files.buckets) feeds[stepInputs.buckets] = relativeBuckets(step, files.buckets);
  return feeds;
}

/** Hides what lies behind each row's prompt, [rows, 1, 1, positions]. */
export function crossFeeds(sources: readonly SlotSource[], positions: number): Record<string, Tensor> {
  const bias = new Float32Array(sources.length * positions).fill(HIDDEN_SCORE);
  sources.forEach(({ length }, row) => bias.fill(0, row * positions, row * positions + length));
  return { [stepInputs.crossBias]: float32([sources.length, 1, 1, positions], bias) };
}

function longestOf({ ids }: StepIds): number {
  return Math.max(...ids.map((row) => row.length));
}

/** Zero where a row's id may look: at its text and at the new ids up to itself. [rows, 1, ids, room + ids] */
function scoreBias(step: StepIds): Tensor {
  const { ids, cached, room } = step;
  const longest = longestOf(step);
  const keys = room + longest;
  const bias = new Float32Array(ids.length * longest * keys).fill(HIDDEN_SCORE);
  for (let row = 0; row < ids.length; row++)
    for (let at = 0; at < longest; at++) {
      const start = (row * longest + at) * keys;
      bias.fill(0, start, start + cached[row]!);
      bias.fill(0, start + room, start + room + at + 1);
    }
  return float32([ids.length, 1, longest, keys], bias);
}

/** Places of the rows' last ids among all hidden states. */
function lastOf(step: StepIds): Tensor {
  const longest = longestOf(step);
  const { data } = int64Rows(step.ids.length, 1, (row) => row * longest + step.ids[row]!.length - 1);
  return { dtype: 'int64', shape: [step.ids.length], data };
}

/** Distances between ids and the positions they look at, as buckets [rows, ids, room + ids]. */
function relativeBuckets(step: StepIds, buckets: NonNullable<SlotFiles['buckets']>): Tensor {
  const { ids, cached, room } = step;
  const longest = longestOf(step);
  const keys = room + longest;
  const flat = int64Rows(ids.length, longest * keys, (row, at) => {
    const query = cached[row]! + Math.floor(at / keys);
    const key = at % keys;
    return bucketOf(query - (key < room ? key : cached[row]! + key - room), buckets);
  });
  return { ...flat, shape: [ids.length, longest, keys] };
}
