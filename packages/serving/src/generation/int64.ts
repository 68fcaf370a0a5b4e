import { type Tensor, tensor } from '@tessera/contracts';

/** An int64 tensor [rows, length] whose values are worked out one by one. */
export function int64Rows(
  rows: number,
  length: number,
  valueAt: (row: number, at: number) => number,
): Tensor {
  const data = new BigInt64Array(rows * length);
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < length; at++) data[row * length + at] = BigInt(valueAt(row, at));
  return tensor('int64', [rows, length], data);
}

/**
 * An int64 mask [rows, length]: ones in [start, end) of each row, and a second stretch where there is one.
 */
export function maskRows(
  length: number,
  stretches: readonly (readonly (readonly [start: number, end: number])[])[],
): Tensor {
  const data = new BigInt64Array(stretches.length * length);
  stretches.forEach((own, row) => {
    for (const [start, end] of own) data.fill(1n, row * length + start, row * length + end);
  });
  return tensor('int64', [stretches.length, length], data);
}
