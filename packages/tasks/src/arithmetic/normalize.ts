/**
 * Each run of `size` values divided by its length: x / max(‖x‖₂, 1e-12), as torch's `normalize` over the last
 * axis.
 */
export function normalizeRows(values: Float32Array, size: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += size) {
    let squares = 0;
    for (let i = row; i < row + size; i++) squares += values[i]! ** 2;
    const norm = Math.max(Math.sqrt(squares), 1e-12);
    for (let i = row; i < row + size; i++) out[i] = values[i]! / norm;
  }
  return out;
}
