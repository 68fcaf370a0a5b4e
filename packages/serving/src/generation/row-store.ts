/** One tensor of a store: [rows, heads, length, size]. */
export interface BlockSpec {
  readonly name: string;
  readonly heads: number;
  readonly size: number;
}

/**
 * Tensors that have a stretch of positions for each row: the keys and values of a decoder, or what an encoder
 * has read.
 */
export interface RowStore {
  readonly rows: number;
  /** Positions of every row, padding included. */
  readonly length: number;
  readonly blocks: Readonly<Record<string, Float32Array>>;
}

/** Positions [start, start + count) of one row of a store. */
export interface RowSlice {
  readonly store: RowStore;
  readonly row: number;
  readonly start: number;
  readonly count: number;
}

/**
 * Where the positions of a row lie when it is shorter than the others: decoders grow at the end, encoders are
 * masked there.
 */
export type Alignment = 'start' | 'end';

/**
 * A new store of the given rows, the rest filled with zeros: joins stores, drops rows, repeats and reorders
 * them. This copies; rows that go on unchanged keep the store they have.
 */
export function assembleRows(
  specs: readonly BlockSpec[],
  slices: readonly RowSlice[],
  alignment: Alignment,
): RowStore {
  const length = slices.reduce((longest, slice) => Math.max(longest, slice.count), 0);
  const blocks: Record<string, Float32Array> = {};
  for (const { name, heads, size } of specs) {
    const target = new Float32Array(slices.length * heads * length * size);
    slices.forEach(({ store, row, start, count }, at) => {
      const source = store.blocks[name]!;
      const shift = alignment === 'end' ? length - count : 0;
      for (let head = 0; head < heads; head++) {
        const from = ((row * heads + head) * store.length + start) * size;
        const to = ((at * heads + head) * length + shift) * size;
        target.set(source.subarray(from, from + count * size), to);
      }
    });
    blocks[name] = target;
  }
  return { rows: slices.length, length, blocks };
}

/** Whether the slices are the rows of one store as they lie there, so that nothing has to move. */
export function isSameStore(slices: readonly RowSlice[], alignment: Alignment): boolean {
  const store = slices[0]?.store;
  return (
    store !== undefined &&
    slices.length === store.rows &&
    slices.every(
      ({ store: own, row, start, count }, at) =>
        own === store && row === at && start === (alignment === 'end' ? store.length - count : 0),
    ) &&
    slices.some(({ count }) => count === store.length)
  );
}

/** Bytes that one position of one row takes. */
export function bytesPerPosition(specs: readonly BlockSpec[]): number {
  return specs.reduce((sum, { heads, size }) => sum + heads * size * 4, 0);
}
