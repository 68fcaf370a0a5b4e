import type { GenerationJob } from './generator.ts';
import {
  type Alignment,
  assembleRows,
  type BlockSpec,
  isSameStore,
  type RowSlice,
  type RowStore,
} from './row-store.ts';

/** A job in the loop, from submission to its end. */
export interface Entry {
  readonly job: GenerationJob;
  /** Name of the model, for messages. */
  readonly model: string;
  readonly sinceMs: number;
  readonly reservedBytes: number;
  readonly spent: { waitMs: number; computeMs: number; rows: number };
  /** Over, cancelled or failed: nobody waits for it any more. */
  isOver: boolean;
  finish(): void;
  fail(error: unknown): void;
}

/**
 * A row that goes on: its last id, its text (kept only for files without cache), and where its positions lie.
 */
export interface RowAhead {
  readonly token: number;
  readonly ids: readonly number[];
  readonly cache: RowSlice | null;
  readonly encoded: RowSlice | null;
}

/** A job between two steps. All its rows have one length. */
export interface Member {
  readonly entry: Entry;
  /** Positions in the cache. */
  readonly length: number;
  readonly rows: readonly RowAhead[];
}

/** Members that take the next step together. */
export interface Batch {
  readonly members: readonly Member[];
  readonly cache: RowStore | null;
  readonly encoded: RowStore | null;
}

export interface Grouping {
  readonly cache: readonly BlockSpec[];
  readonly encoded: readonly BlockSpec[];
  /** Members of different lengths may share a step. */
  readonly canMix: boolean;
}

/**
 * Batches of the members' next step. Rows that stay as they lie keep their stores; anything else is put
 * together anew.
 */
export function groupMembers(members: readonly Member[], grouping: Grouping): Batch[] {
  const groups = new Map<number, Member[]>();
  for (const member of members) {
    const key = grouping.canMix ? 0 : member.length;
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()].map((group) => {
    const rows = group.flatMap((member) => member.rows);
    return {
      members: group,
      cache: storeOf(
        rows.map((row) => row.cache),
        grouping.cache,
        'end',
      ),
      encoded: storeOf(
        rows.map((row) => row.encoded),
        grouping.encoded,
        'start',
      ),
    };
  });
}

function storeOf(
  slices: readonly (RowSlice | null)[],
  specs: readonly BlockSpec[],
  alignment: Alignment,
): RowStore | null {
  const there = slices.filter((slice) => slice !== null);
  if (there.length === 0 || specs.length === 0) return null;
  return isSameStore(there, alignment) ? there[0]!.store : assembleRows(specs, there, alignment);
}
