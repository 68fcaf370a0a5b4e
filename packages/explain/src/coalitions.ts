import type { Random } from '@tessera/base';

/** A set of features and its weight in the Shapley kernel. */
export interface Coalition {
  readonly kept: readonly boolean[];
  readonly weight: number;
}

/**
 * Coalitions for Kernel SHAP (Lundberg & Lee 2017): sizes 1 and d−1 first, then 2 and d−2, … whole while the
 * number lasts, the rest of the kernel's mass by drawing sizes and members, each draw beside its complement.
 * With at least 2^d − 2 draws every proper coalition is there once and the result is exact. At most `draws`
 * coalitions.
 */
export function coalitions(features: number, draws: number, random: Random): readonly Coalition[] {
  const sizes = sizeWeights(features);
  const found = new Map<string, { kept: readonly boolean[]; weight: number }>();
  let left = draws;
  let from = 1;
  for (; from <= features / 2; from += 1) {
    const paired = from * 2 === features ? [from] : [from, features - from];
    const members = binomial(features, from);
    const remaining = sum(sizes.slice(from, features - from + 1));
    const share = (left * sum(paired.map((s) => sizes[s]!))) / remaining;
    const count = members * paired.length;
    if (count > left || share < count * (1 - 1e-9)) break;
    for (const size of paired)
      for (const kept of subsets(features, size))
        found.set(kept.map(Number).join(''), { kept, weight: sizes[size]! / members });
    left -= count;
  }
  const openSizes = Array.from({ length: Math.max(0, features - 2 * from + 1) }, (_, i) => from + i);
  const openWeight = sum(openSizes.map((s) => sizes[s]!));
  if (openWeight > 0 && left > 0) draw({ features, openSizes, sizes, left, openWeight }, random, found);
  return [...found.values()];
}

/** Total kernel weight of all coalitions of a size, sizes 1 … d−1, summing to 1; index 0 is unused. */
function sizeWeights(features: number): readonly number[] {
  const raw = Array.from({ length: features }, (_, s) =>
    s === 0 ? 0 : (features - 1) / (s * (features - s)),
  );
  const total = sum(raw);
  return raw.map((w) => w / total);
}

function draw(
  plan: {
    readonly features: number;
    readonly openSizes: readonly number[];
    readonly sizes: readonly number[];
    readonly left: number;
    readonly openWeight: number;
  },
  random: Random,
  found: Map<string, { kept: readonly boolean[]; weight: number }>,
): void {
  const { features, openSizes, sizes, left, openWeight } = plan;
  const drawn = new Map<string, { kept: readonly boolean[]; count: number }>();
  let total = 0;
  const add = (kept: readonly boolean[]): void => {
    const key = kept.map(Number).join('');
    const before = drawn.get(key);
    if (!before && drawn.size >= left) return;
    drawn.set(key, { kept, count: (before?.count ?? 0) + 1 });
    total += 1;
  };
  for (let attempt = 0; attempt < 4 * left && drawn.size < left; attempt += 1) {
    let at = random.uniform() * openWeight;
    const size = openSizes.find((s) => (at -= sizes[s]!) <= 0) ?? openSizes.at(-1)!;
    const kept = randomSubset(features, size, random);
    add(kept);
    add(kept.map((k) => !k));
  }
  for (const [key, { kept, count }] of drawn) found.set(key, { kept, weight: (openWeight * count) / total });
}

function randomSubset(features: number, size: number, random: Random): readonly boolean[] {
  const kept = new Array<boolean>(features).fill(false);
  const order = kept.map((_, i) => i);
  for (let i = 0; i < size; i += 1) {
    const j = i + random.integer(features - i);
    [order[i], order[j]] = [order[j]!, order[i]!];
    kept[order[i]!] = true;
  }
  return kept;
}

function* subsets(features: number, size: number, from = 0): Generator<readonly boolean[]> {
  if (size === 0) yield new Array<boolean>(features).fill(false);
  else
    for (let first = from; first <= features - size; first += 1)
      for (const rest of subsets(features, size - 1, first + 1))
        yield rest.map((kept, i) => kept || i === first);
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i += 1) value = (value * (n - k + i)) / i;
  return Math.round(value);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
