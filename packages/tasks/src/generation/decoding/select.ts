/** Indices of the `count` largest values, largest first; the lower index first on ties. O(n log count). */
export function largest(values: ArrayLike<number>, count: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (kept.length === count && !(value > values[kept[count - 1]!]!)) continue;
    let [low, high] = [0, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[kept[middle]!]! >= value) low = middle + 1;
      else high = middle;
    }
    kept.splice(low, 0, i);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

/** A value of one of several rows. */
export interface Place {
  readonly row: number;
  readonly at: number;
  readonly value: number;
}

/**
 * The `count` largest of `rows[r][i] + offsets[r]`, in float32, largest first; the lower row, then index,
 * first on ties.
 */
export function largestInRows(
  rows: readonly Float32Array[],
  offsets: readonly number[],
  count: number,
): Place[] {
  const kept: Place[] = [];
  let least = Number.NEGATIVE_INFINITY;
  for (const [row, values] of rows.entries()) {
    const offset = offsets[row]!;
    for (let at = 0; at < values.length; at++) {
      const value = Math.fround(values[at]! + offset);
      if (kept.length === count && !(value > least)) continue;
      let place = kept.length;
      while (place > 0 && kept[place - 1]!.value < value) place--;
      kept.splice(place, 0, { row, at, value });
      if (kept.length > count) kept.pop();
      least = kept.at(-1)!.value;
    }
  }
  return kept;
}

/** Indices of values that are not forbidden. */
export function allowedIds(scores: Float32Array): number[] {
  const ids: number[] = [];
  for (let i = 0; i < scores.length; i++) if (scores[i] !== Number.NEGATIVE_INFINITY) ids.push(i);
  return ids;
}
