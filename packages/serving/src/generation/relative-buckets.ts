const { fround } = Math;

/**
 * The bucket of a key `distance` positions before the query, as T5's decoder has it (Raffel et al. 2020,
 * causal form): one bucket for each small distance, then buckets whose widths grow with the logarithm, the
 * last one without end. Arithmetic in float32 like the reference's, on which the borders hang. Keys behind
 * the query share bucket 0; they are masked.
 */
export function bucketOf(
  distance: number,
  { count, maxDistance }: { readonly count: number; readonly maxDistance: number },
): number {
  const exact = Math.floor(count / 2);
  if (distance < exact) return Math.max(0, distance);
  const share = fround(fround(Math.log(fround(distance / exact))) / fround(Math.log(maxDistance / exact)));
  return Math.min(count - 1, exact + Math.trunc(fround(share * (count - exact))));
}
