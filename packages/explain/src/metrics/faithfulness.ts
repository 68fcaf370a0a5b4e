/** Places of the k largest scores, best first, ties by position; with `onlyPositive` those above 0 alone. */
export function topPlaces(scores: ArrayLike<number>, k: number, onlyPositive: boolean): readonly number[] {
  return Array.from(scores, (_, i) => i)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, k)
    .filter((i) => !onlyPositive || scores[i]! > 0);
}

/**
 * ferret's thresholds (Attanasio et al. 2023): 10 %, 20 %, … 100 % of the features, rounded down, only those
 * with a positive score; a set equal to the one before, or empty, is left out.
 */
export function ferretSets(scores: ArrayLike<number>): readonly (readonly number[])[] {
  const sets: (readonly number[])[] = [];
  for (let step = 1; step <= 10; step += 1) {
    const k = Math.floor((step * scores.length) / 10);
    const set = topPlaces(scores, k, true);
    if (set.length > 0 && set.length !== sets.at(-1)?.length) sets.push(set);
  }
  return sets;
}

/** ERASER's bins (DeYoung et al. 2020): shares of the features, the bin of size 0 included. */
export const eraserBins = [0, 0.01, 0.05, 0.1, 0.2, 0.5] as const;

/** The top ⌈share · n⌉ features for each bin. */
export function eraserSets(scores: ArrayLike<number>): readonly (readonly number[])[] {
  return eraserBins.map((share) => topPlaces(scores, Math.ceil(share * scores.length), false));
}

/** Mean of m(x) − m(x̃) over the perturbed inputs: AOPC. Null of nothing. */
export function aopc(original: number, perturbed: readonly number[]): number | null {
  if (perturbed.length === 0) return null;
  return perturbed.reduce((sum, p) => sum + original - p, 0) / perturbed.length;
}

/**
 * Kendall's τ_b of two lists: (concordant − discordant) / √((pairs − ties in a)(pairs − ties in b)); null
 * when one list is constant or too short.
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  let balance = 0;
  let orderedA = 0;
  let orderedB = 0;
  for (let i = 0; i < a.length; i += 1)
    for (let j = i + 1; j < a.length; j += 1) {
      const x = Math.sign(a[i]! - a[j]!);
      const y = Math.sign(b[i]! - b[j]!);
      balance += x * y;
      orderedA += x * x;
      orderedB += y * y;
    }
  return orderedA === 0 || orderedB === 0 ? null : balance / Math.sqrt(orderedA * orderedB);
}

/** Spearman's ρ: Pearson's r of the ranks, ties sharing their mean rank; null when a list is constant. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const x = ranks(a);
  const y = ranks(b);
  const mean = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((value, i) => {
    const [dx, dy] = [value - mean, y[i]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function ranks(values: ArrayLike<number>): readonly number[] {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranked = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1]!] === values[order[from]!]) to += 1;
    for (let i = from; i <= to; i += 1) ranked[order[i]!] = (from + to) / 2 + 1;
    from = to + 1;
  }
  return ranked;
}

/** Area under a curve of equally spaced points on [0, 1], by trapezoids. */
export function area(points: readonly number[]): number {
  if (points.length < 2) return points[0] ?? 0;
  const inner = points.reduce((a, b) => a + b, 0) - (points[0]! + points.at(-1)!) / 2;
  return inner / (points.length - 1);
}

/**
 * Infidelity (Yeh et al. 2019): E[(Σ_{i ∈ S} φ_i − (F(x) − F(x without S)))²] over random sets S; `scaled`
 * first multiplies φ by the number that makes it smallest, so that methods in other units can be compared.
 */
export function infidelity(
  predicted: readonly number[],
  falls: readonly number[],
): { readonly plain: number | null; readonly scaled: number | null } {
  const n = predicted.length;
  if (n === 0) return { plain: null, scaled: null };
  const square = (scale: number): number =>
    predicted.reduce((sum, value, k) => sum + (scale * value - falls[k]!) ** 2, 0) / n;
  const energy = predicted.reduce((sum, value) => sum + value * value, 0);
  const match = predicted.reduce((sum, value, k) => sum + value * falls[k]!, 0);
  return { plain: square(1), scaled: square(energy > 0 ? match / energy : 0) };
}

/**
 * Sensitivity-max (Yeh et al. 2019): the largest |φ(y) − φ(x)| / |φ(x)| over sampled neighbours y; null of
 * nothing.
 */
export function largestChange(
  original: ArrayLike<number>,
  others: readonly ArrayLike<number>[],
): number | null {
  const length = Math.sqrt(Array.from(original).reduce((sum, value) => sum + value * value, 0));
  if (others.length === 0 || length === 0) return null;
  return Math.max(
    ...others.map((other) => {
      let sum = 0;
      for (let i = 0; i < original.length; i += 1) sum += (other[i]! - original[i]!) ** 2;
      return Math.sqrt(sum) / length;
    }),
  );
}
